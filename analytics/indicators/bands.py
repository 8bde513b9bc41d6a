"""Bands around the price."""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from analytics.indicators.stretches import Values, check_period, over_stretches, values_of

_NUMBERS_AT_ONCE = 1_000_000  # bounds the memory of a long series with a long period


def bollinger(close: pd.Series, period: int = 20, width: float = 2.0) -> pd.DataFrame:
    """Bollinger's bands, `width` population deviations around the SMA.

    Mean and deviation are taken from each window by itself. TA-Lib's running
    sums lose the deviation in the rounding where prices are high against their
    movement, and depend on where the history starts.

    Returns
    -------
    DataFrame
        Columns lower, middle, upper (price), percent_b (0 at the lower band, 1
        at the upper; NaN where the bands have no width, that is, where all
        closes of the window are equal) and bandwidth ((upper - lower) /
        middle). NaN for the first period - 1 bars, and again behind a hole.

    References
    ----------
    Bollinger, J. (2001). Bollinger on Bollinger Bands, ch. 7 and 8.

    Examples
    --------
    >>> bollinger(pd.Series([9.0, 11.0]), 2).iloc[-1].to_dict()
    {'lower': 8.0, 'middle': 10.0, 'upper': 12.0, 'percent_b': 0.75, 'bandwidth': 0.4}
    """
    return pd.DataFrame(bollinger_values(values_of(close), period, width), index=close.index)


def bollinger_values(close: Values, period: int, width: float) -> dict[str, Values]:
    """`bollinger` of plain numbers, by column."""
    check_period(period)
    middle, deviation = over_stretches(lambda whole: _of_windows(whole, period), close, rows=2)
    half = width * deviation
    lower, upper = middle - half, middle + half
    with np.errstate(divide="ignore", invalid="ignore"):
        percent_b = np.where(half == 0, np.nan, (close - lower) / (2 * half))
        bandwidth = np.where(middle == 0, np.nan, 2 * half / middle)
    return {"lower": lower, "middle": middle, "upper": upper, "percent_b": percent_b, "bandwidth": bandwidth}


def _of_windows(close: Values, period: int) -> Values:
    """Mean (row 0) and population deviation (row 1) of each window; 0.0 where all are equal."""
    result = np.full((2, len(close)), np.nan)
    step = max(1, _NUMBERS_AT_ONCE // period)
    for begin in range(0, len(close) - period + 1, step):
        windows = sliding_window_view(close[begin : begin + step + period - 1], period)
        first = windows[:, :1]
        away = windows - first
        mean = away.mean(axis=1, keepdims=True)
        away -= mean
        here = slice(begin + period - 1, begin + period - 1 + len(windows))
        result[0, here] = (first + mean)[:, 0]
        result[1, here] = np.sqrt((away * away).mean(axis=1))
    return result
