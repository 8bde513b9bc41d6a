"""How fast a spread comes back: half-life with an interval that holds what it promises."""

from dataclasses import dataclass
from math import inf, log, log1p, nan, sqrt

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.kernels.half_life import last_crossings
from analytics.pairs.half_life_quantiles import DISTANCES, QUANTILES

FEWEST_CHANGES = 30
TINY = 1e-12  # what rounding leaves of the values' size is no movement

_GRID_POINTS = 512
_SMALLEST_COEFFICIENT = 0.01  # what falls faster is told as 0 bars
_TABLE_AT = np.log1p(np.array(DISTANCES))
_TABLES = {regressors: np.array(rows).T for regressors, rows in QUANTILES.items()}


@dataclass(frozen=True, slots=True)
class HalfLife:
    """Bars until half of a deviation from the mean is gone; the interval holds the truth 95 times in 100."""

    bars: float  # NaN where there is no reversion, or too little to tell
    low: float
    high: float  # inf where it cannot be excluded that the spread never comes back
    slope: float  # of the change on the value before it; below 0 where the spread reverts
    n: int  # changes it rests on
    reason: str | None = None  # why a number is missing, or the interval open


def half_life(spread: pd.Series, *, regressors: int = 1) -> HalfLife:
    """Half-life of the deviations of a spread from its mean.

    Fits s[t] = a + phi * s[t-1] + e[t] by least squares. The estimate of phi
    is too low, the more so the slower the reversion, and the usual interval is
    too narrow; so the answer is the median-unbiased one, found by inverting
    the law of the t-statistic: bars = ln 2 * n / c, where c is the distance
    from no reversion at which what was seen is the median, and low and high
    are where it lies at the edges of the central 95 %.

    Parameters
    ----------
    spread : Series of float, one value per bar, oldest first
        In any unit. NaN is a hole: no change is taken across it.
    regressors
        1: the spread is left over from a regression on one price, as that of a
        pair is; 0: it is given, as a ratio or a single price is.

    Returns
    -------
    HalfLife
        In bars, not seconds. 0.0 where the spread overshoots within one bar.
        NaN and the reason where it is constant, too short or does not revert.

    References
    ----------
    Stock, J. H. (1991). Confidence intervals for the largest autoregressive
    root in U.S. macroeconomic time series. Journal of Monetary Economics 28.
    Hansen, B. E. (1999). The grid bootstrap and the autoregressive model.
    Review of Economics and Statistics 81.

    Examples
    --------
    >>> halved_every_bar = pd.Series([0.5**k for k in range(40)])
    >>> round(half_life(halved_every_bar).bars, 6)
    1.0
    """
    return half_life_of_values(spread.to_numpy(np.float64), regressors=regressors)


def half_life_of_values(values: np.ndarray, *, regressors: int = 1) -> HalfLife:
    """`half_life` of plain numbers, shape (bars,)."""
    if regressors not in _TABLES:
        raise AnalyticsError(f"regressors must be 0 or 1, got {regressors!r}")
    known = np.isfinite(values)
    whole = known[:-1] & known[1:]
    before, after = values[:-1][whole], values[1:][whole]
    n = len(before)
    if n < FEWEST_CHANGES:
        return _refused(n, f"a half-life needs {FEWEST_CHANGES} changes from bar to bar, has {n}")
    if np.ptp(before) <= TINY * np.abs(before).max() or np.ptp(after) <= TINY * np.abs(after).max():
        return _refused(n, "the spread is constant")
    scale = np.abs(before).max()  # squares of what is very small or very large are no numbers
    coefficient, error = _fitted(before / scale, after / scale)
    if coefficient >= 1.0:
        return _refused(n, "the spread does not revert: it moves on in the direction it has", coefficient - 1)
    if error <= TINY:
        exact = _bars(coefficient)
        return HalfLife(exact, exact, exact, coefficient - 1.0, n)
    return _inverted(coefficient, error, n, _TABLES[regressors])


def _fitted(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Coefficient of the regression and its standard error."""
    before, after = before - before.mean(), after - after.mean()
    squares = float(before @ before)
    coefficient = float(before @ after) / squares
    rest = after - coefficient * before
    return coefficient, sqrt(float(rest @ rest) / (len(before) - 2) / squares)


def _bars(coefficient: float) -> float:
    return log(0.5) / log(coefficient) if coefficient > 0 else 0.0


def half_lives(coefficients: np.ndarray, errors: np.ndarray, n: int, *, regressors: int = 1) -> np.ndarray:
    """The `bars` of many half-lives at once, NaN where there is none.

    Parameters
    ----------
    coefficients, errors
        Of the spreads' regressions on the value before, beside a constant.
    n
        Changes each of them rests on.
    """
    if n < FEWEST_CHANGES:
        return np.full(len(coefficients), nan)
    at, distances, falls = _grid(n)
    medians = np.interp(at, _TABLE_AT, _TABLES[regressors][1])
    exact = errors <= TINY
    crossings = last_crossings(coefficients, np.where(exact, nan, errors), distances, falls, medians)
    with np.errstate(divide="ignore", invalid="ignore"):
        bars = log(2.0) * n / np.where(crossings > 0, crossings, nan)
        told = np.where(exact, np.where(coefficients > 0, log(0.5) / np.log(coefficients), 0.0), bars)
    return np.where(coefficients < 1.0, told, nan)


def _grid(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where laws are compared: place in the tables, distance, and the coefficient it means."""
    at = np.linspace(0.0, log1p(-log(_SMALLEST_COEFFICIENT) * n), _GRID_POINTS)
    distances = np.expm1(at)
    return at, distances, np.exp(-distances / n)


def _inverted(coefficient: float, error: float, n: int, table: np.ndarray) -> HalfLife:
    """Median and interval of the distance from no reversion, told as half-lives."""
    at, distances, falls = _grid(n)
    statistics = (coefficient - falls) / error
    farthest, middle, nearest = (
        _last_below(distances, statistics - np.interp(at, _TABLE_AT, row)) for row in reversed(table)
    )
    low, high, slope = _half(farthest, n), _half(nearest, n), coefficient - 1.0
    if middle == 0.0:
        return HalfLife(
            nan, low, high, slope, n, "what reversion there seems to be is no more than chance gives"
        )
    reason = None if nearest else "so slow a reversion cannot be told from none: the interval is open"
    return HalfLife(_half(middle, n), low, high, slope, n, reason)


def _last_below(distances: np.ndarray, excess: np.ndarray) -> float:
    """The distance beyond which the excess stays above 0: 0.0 if it always is, inf if it never is."""
    below = np.flatnonzero(excess <= 0)
    if not below.size:
        return 0.0
    last = int(below[-1])
    if last == len(distances) - 1:
        return inf
    share = -excess[last] / (excess[last + 1] - excess[last])
    return float(distances[last] + share * (distances[last + 1] - distances[last]))


def _half(distance: float, n: int) -> float:
    return log(2.0) * n / distance if distance else inf


def _refused(n: int, reason: str, slope: float = nan) -> HalfLife:
    return HalfLife(nan, nan, nan, slope, n, reason)
