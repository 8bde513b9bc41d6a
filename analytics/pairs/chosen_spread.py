"""The spread of a pair as a reader chose it, and its score bar by bar."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.pairs.choice import PairChoice
from analytics.pairs.hedge_ratio import hedge_ratio
from analytics.pairs.market import PairPrices
from analytics.pairs.spread import hedge_terms, spread_values
from analytics.pairs.statements import hedge_of
from analytics.pairs.tested_pair import path_window
from analytics.pairs.two_series import Values
from analytics.pairs.zscore import rolling_bands
from analytics.records.pairs import LEAST_Z_BARS, MOST_Z_BARS, Z_WINDOW_BARS, Hedge, Reversion


@dataclass(frozen=True, slots=True)
class HedgedSpread:
    """The hedge, and the spread of each bar by it."""

    hedge: Hedge
    beta: Values  # per bar
    gaps: Values
    scale: Values | None = None  # of the Kalman filter: the deviation it expects of each gap


@dataclass(frozen=True, slots=True)
class Score:
    """What each bar's gap is measured by."""

    middle: Values
    deviation: Values
    z: Values
    window: int | None  # bars; None: there is no window
    words: str


def hedged_spread(prices: PairPrices, choice: PairChoice) -> HedgedSpread:
    """The spread of each bar; of a ratio without a hedge, of the same money in both with that of 1."""
    if choice.kind == "ratio":
        gaps = spread_values(*prices.values, 0.0, 0.0, "ratio")
        return HedgedSpread(Hedge(None, None, "a ratio has no hedge"), np.full(len(gaps), np.nan), gaps)
    if choice.kind == "dollar_neutral":
        gaps = spread_values(*prices.values, 1.0, 0.0, "dollar_neutral")
        return HedgedSpread(Hedge(1.0, 0.0), np.ones(len(gaps)), gaps)
    terms = hedge_terms(*prices.values, choice.kind)
    y, x = (pd.Series(side, index=prices.closes.index) for side in terms)
    # Of the bars that were chosen, not of those there are: else each new bar would change earlier gaps.
    found = hedge_ratio(y, x, choice.method, window=path_window(choice.window))
    hedge = hedge_of(found.beta, found.intercept, found.reason)
    beta = _per_bar(found.beta_path, found.beta, len(y))
    if found.innovation is not None and found.innovation_scale is not None:
        return HedgedSpread(hedge, beta, found.innovation.to_numpy(), found.innovation_scale.to_numpy())
    intercept = _per_bar(found.intercept_path, found.intercept, len(y))
    return HedgedSpread(hedge, beta, spread_values(*prices.values, beta, intercept, choice.kind))


def score_of(spread: HedgedSpread, choice: PairChoice, half_life: Reversion) -> Score:
    """z of each bar: by the filter that made the spread, else by the last bars of it."""
    if spread.scale is not None:
        middle = np.where(np.isfinite(spread.scale), 0.0, np.nan)
        words = "the Kalman filter's surprise at each bar, over the deviation it expected; no window"
        return _scored(spread.gaps, middle, spread.scale, None, words)
    window, why = (choice.z_window, "") if choice.z_window else _window_of(half_life)
    bands = rolling_bands(spread.gaps, window, robust=choice.robust)
    by = "median of the last {} bars{}, over their median absolute deviation"
    if not choice.robust:
        by = "mean of the last {} bars{}, over their standard deviation"
    return _scored(spread.gaps, *bands, window, f"gap to the {by.format(f'{window:,}', why)}")


def _window_of(half_life: Reversion) -> tuple[int, str]:
    """As many bars as the half-life, within what a mean and a deviation can be taken of.

    References
    ----------
    Chan, E. (2013). Algorithmic Trading, ch. 2: the half-life as look-back.
    """
    if half_life.bars is None:
        return Z_WINDOW_BARS, " (there is no half-life to go by)"
    wanted = round(half_life.bars)
    window = min(max(wanted, LEAST_Z_BARS), MOST_Z_BARS)
    return window, " (the half-life)" if window == wanted else f" (the half-life is {half_life.bars:,.1f})"


def _scored(gaps: Values, middle: Values, deviation: Values, window: int | None, words: str) -> Score:
    with np.errstate(invalid="ignore"):
        return Score(middle, deviation, (gaps - middle) / deviation, window, words)


def _per_bar(path: pd.Series | None, value: float, bars: int) -> Values:
    return np.full(bars, value) if path is None else path.to_numpy(np.float64)
