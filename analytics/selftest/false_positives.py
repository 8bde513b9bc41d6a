"""Luck: the test of cointegration on pairs that have nothing to do with each other."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analytics.pairs.cointegration import engle_granger
from analytics.records.selftest import FalsePositives

LEVEL = 0.05
ALLOWED = 0.015  # three standard errors of the share at 2,000 pairs


def false_positives(
    pairs: int,
    bars: int,
    seed: int,
    tell: Callable[[int], None] = lambda _done: None,
) -> FalsePositives:
    """Engle-Granger's test on pairs of independent random walks.

    Parameters
    ----------
    pairs, bars
        So many pairs of so many bars each; steps are normal.
    seed
        The same seed, the same walks, whatever the number of pairs.
    tell
        Called with the number of pairs done, after each.
    """
    found = 0
    for number in range(pairs):
        steps = np.random.default_rng([seed, number]).standard_normal((2, bars))
        y, x = (pd.Series(walk) for walk in steps.cumsum(axis=1))
        found += engle_granger(y, x).p_value < LEVEL
        tell(number + 1)
    return FalsePositives(pairs, bars, seed, LEVEL, int(found), LEVEL - ALLOWED, LEVEL + ALLOWED)
