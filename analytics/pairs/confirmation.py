"""Does a relation that was found go on to hold? A test on bars that had no part in finding it."""

import numpy as np
import pandas as pd

from analytics.pairs.scan import scan_pairs
from analytics.pairs.stationarity import adf_test

FIRST_PART = 2 / 3
DIRECTIONS = 2  # of a pair: both are found together, and both are tested on the rest


def confirmed_pairs(
    closes: pd.DataFrame, *, alpha: float = 0.05, first_part: float = FIRST_PART
) -> pd.DataFrame:
    """The pairs found in the first part of a table of closes, tested on the rest.

    The rule: the first part of the bars is scanned; of the pairs whose q-value
    there is at most alpha, each direction's spread in the rest is made with
    intercept and beta of the first part. A direction is confirmed if

    - the Dickey-Fuller test with a constant finds it stationary, at half of
      alpha because the two directions of a pair are two looks at it, and
    - its mean lies within one standard deviation of the first part's spread
      around that one's mean. The test alone does not see that the mean moved:
      its constant takes up any level.

    The hedge knows nothing of the rest, so the test's ordinary p-value is right.

    Returns
    -------
    DataFrame
        One row for each found direction: y, x, rest_p_value (of the test,
        uncorrected), confirmed. Neither a p-value nor a confirmation where the
        rest is too short.
    """
    cut = int(len(closes) * first_part)
    found = scan_pairs(closes.iloc[:cut])
    found = found[found["q_value"] <= alpha]
    logs = np.log(closes)
    hedges = zip(found["y"], found["x"], found["intercept"], found["beta"], strict=True)
    spreads = [logs[str(y)] - intercept - beta * logs[str(x)] for y, x, intercept, beta in hedges]
    chances = [adf_test(spread.iloc[cut:]).p_value for spread in spreads]
    confirmed = [
        None if np.isnan(chance) else chance <= alpha / DIRECTIONS and _stayed(spread, cut)
        for chance, spread in zip(chances, spreads, strict=True)
    ]
    rest = pd.DataFrame({"y": found["y"], "x": found["x"], "rest_p_value": np.array(chances, np.float64)})
    return rest.assign(confirmed=pd.Series(confirmed, index=found.index, dtype=object)).reset_index(drop=True)


def _stayed(spread: pd.Series, cut: int) -> bool:
    """Whether the mean from `cut` on lies within one standard deviation of the mean before it."""
    first, rest = spread.iloc[:cut], spread.iloc[cut:]
    return bool(abs(rest.mean() - first.mean()) <= first.std(ddof=0))
