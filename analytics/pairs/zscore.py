"""How far a spread is from its own recent middle, in its own recent deviations."""

import numpy as np
import pandas as pd

from analytics.pairs.rolling import windows_of
from analytics.pairs.two_series import DUST, Values

# Median absolute deviation of the normal distribution, so that both kinds of z mean the same there.
NORMAL_MAD = 0.6744897501960817


def rolling_zscore(spread: pd.Series, window: int, robust: bool = False) -> pd.Series:
    """(value - middle) / deviation over the last `window` values, the value's own bar among them.

    Parameters
    ----------
    robust
        False: mean and sample standard deviation (ddof 1, as pandas). True:
        median and median absolute deviation / 0.6745, which one wild value
        does not move.

    Returns
    -------
    Series
        NaN for the first window - 1 values, where a window holds a value that
        is not finite, and where the deviation is no more than rounding.

    References
    ----------
    Iglewicz, B. and Hoaglin, D. (1993). How to Detect and Handle Outliers
    (the robust score).

    Examples
    --------
    >>> rolling_zscore(pd.Series([1.0, 2.0, 3.0, 3.0]), 3).round(4).tolist()
    [nan, nan, 1.0, 0.5774]
    """
    values = spread.to_numpy(np.float64)
    middle, deviation = rolling_bands(values, window, robust=robust)
    with np.errstate(invalid="ignore"):
        return pd.Series((values - middle) / deviation, index=spread.index, name="zscore")


def rolling_bands(values: Values, window: int, *, robust: bool = False) -> tuple[Values, Values]:
    """Middle and deviation of the last `window` values; the deviation NaN where it is rounding."""
    middles, deviations = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for place, rows in windows_of(np.ascontiguousarray(values), window):
        with np.errstate(invalid="ignore"):
            middle, deviation = (_median_and_mad if robust else _mean_and_deviation)(rows)
            moves = deviation > DUST * np.abs(rows).max(axis=1)
            deviation[~(moves & np.isfinite(deviation))] = np.nan
        middles[place], deviations[place] = middle, deviation
    return middles, deviations


def _mean_and_deviation(rows: Values) -> tuple[Values, Values]:
    means = np.einsum("ij->i", rows) / rows.shape[1]
    centred = rows - means[:, None]
    return means, np.sqrt(np.einsum("ij,ij->i", centred, centred) / (rows.shape[1] - 1))


def _median_and_mad(rows: Values) -> tuple[Values, Values]:
    rows = np.where(np.isfinite(rows).all(axis=1)[:, None], rows, np.nan)
    medians = np.median(rows, axis=1)
    return medians, np.median(np.abs(rows - medians[:, None]), axis=1) / NORMAL_MAD
