"""Lines and correlations over a window that rolls; each value from its own window alone.

No running sums: a value is the same whatever came before its window, to the
last digit, so that a stream of bars gives what a batch does.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.two_series import DUST, Values, values_of_two

_CELLS = 1 << 20  # of windows unrolled at once: 8 MB a column


def rolling_correlation(y: pd.Series, x: pd.Series, window: int) -> pd.Series:
    """Pearson's correlation of two series over the last `window` values.

    Give returns, not prices: levels that only wander correlate by chance.

    Returns
    -------
    Series
        NaN for the first window - 1 values, where a window holds a value that
        is not finite, and where one side does not move.
    """
    values = rolling_correlation_values(*values_of_two(y, x), window)
    return pd.Series(values, index=y.index, name="correlation")


def rolling_correlation_values(y: Values, x: Values, window: int) -> Values:
    """`rolling_correlation` of plain numbers."""
    found = np.full(len(y), np.nan)
    for rows, (sxx, syy, sxy, *_) in _rolled(y, x, window):
        with np.errstate(invalid="ignore", divide="ignore"):
            found[rows] = np.clip(sxy / np.sqrt(sxx * syy), -1.0, 1.0)
    return found


def rolling_lines(y: Values, x: Values, window: int) -> tuple[Values, Values]:
    """Slope and intercept by least squares over the last `window` values; NaN as above."""
    slopes, intercepts = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for rows, (sxx, _, sxy, mean_y, mean_x) in _rolled(y, x, window):
        with np.errstate(invalid="ignore", divide="ignore"):
            slopes[rows] = sxy / sxx
        intercepts[rows] = mean_y - slopes[rows] * mean_x
    return slopes, intercepts


def windows_of(values: Values, window: int) -> Iterator[tuple[slice, Values]]:
    """Rows of windows, a few at a time, and the places of the values that end them."""
    check_window(window)
    if len(values) < window:
        return
    unrolled = np.lib.stride_tricks.sliding_window_view(values, window)
    at_once = max(1, _CELLS // window)
    for begin in range(0, len(unrolled), at_once):
        rows = np.ascontiguousarray(unrolled[begin : begin + at_once])
        yield slice(begin + window - 1, begin + window - 1 + len(rows)), rows


def check_window(window: int, *, least: int = 3) -> None:
    """A window of at least three values, or AnalyticsError."""
    if window < least:
        raise AnalyticsError(f"a window is at least {least} values, got {window}")


def _rolled(y: Values, x: Values, window: int) -> Iterator[tuple[slice, tuple[Values, ...]]]:
    """Centred squares and products of each window, NaN where a side stands still, and its means."""
    for (rows, ys), (_, xs) in zip(windows_of(y, window), windows_of(x, window), strict=True):
        mean_y, centred_y, syy = _centred(ys)
        mean_x, centred_x, sxx = _centred(xs)
        yield rows, (sxx, syy, np.einsum("ij,ij->i", centred_x, centred_y), mean_y, mean_x)


def _centred(rows: Values) -> tuple[Values, Values, Values]:
    """Mean of each row, the row less it, and its sum of squares (NaN: it does not move)."""
    with np.errstate(invalid="ignore"):
        means = np.einsum("ij->i", rows) / rows.shape[1]
        centred = rows - means[:, None]
        squares = np.einsum("ij,ij->i", centred, centred)
        still = np.ptp(rows, axis=1) <= DUST * np.abs(rows).max(axis=1)
    squares[still] = np.nan
    return means, centred, squares
