"""How far the price moves within a bar."""

import pandas as pd
import talib

from analytics.indicators.stretches import Values, check_period, columns_of, over_stretches


def true_range(bars: pd.DataFrame) -> pd.Series:
    """True range: the bar's range, stretched to the close before it.

    The greatest of high - low, |high - close before| and |low - close before|.

    Returns
    -------
    Series
        In price units; NaN for the first bar, which has no close before it,
        and for the first behind a hole.

    References
    ----------
    Wilder, J. W. (1978). New Concepts in Technical Trading Systems, sect. III.
    """
    columns = columns_of(bars, "high", "low", "close")
    return pd.Series(over_stretches(talib.TRANGE, *columns), index=bars.index, name="true_range")


def atr(bars: pd.DataFrame, period: int = 14) -> pd.Series:
    """Average true range, smoothed by 1 / period as Wilder does.

    Begins at the mean of the first `period` true ranges.

    Returns
    -------
    Series
        In price units; NaN for the first `period` bars, and again behind a hole.

    References
    ----------
    Wilder, J. W. (1978). New Concepts in Technical Trading Systems, sect. III.
    """
    high, low, close = columns_of(bars, "high", "low", "close")
    return pd.Series(atr_values(high, low, close, period), index=bars.index, name=f"atr_{period}")


def atr_values(high: Values, low: Values, close: Values, period: int) -> Values:
    """`atr` of plain numbers."""
    check_period(period)
    return over_stretches(lambda h, lo, c: talib.ATR(h, lo, c, period), high, low, close)
