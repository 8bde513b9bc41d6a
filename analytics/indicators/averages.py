"""Moving averages of the close."""

import pandas as pd
import talib

from analytics.indicators.stretches import Values, check_period, over_stretches, values_of


def sma(close: pd.Series, period: int) -> pd.Series:
    """Simple moving average: the mean of the last `period` closes.

    Returns
    -------
    Series
        NaN for the first period - 1 bars, and again behind a hole.

    References
    ----------
    Murphy, J. (1999). Technical Analysis of the Financial Markets, ch. 9.

    Examples
    --------
    >>> sma(pd.Series([1.0, 2.0, 6.0]), 2).tolist()
    [nan, 1.5, 4.0]
    """
    return pd.Series(sma_values(values_of(close), period), index=close.index, name=f"sma_{period}")


def ema(close: pd.Series, period: int) -> pd.Series:
    """Exponential moving average, newest close weighed with 2 / (period + 1).

    Begins at the mean of the first `period` closes (TA-Lib's default), so a
    value depends, ever less, on where the history starts.

    Returns
    -------
    Series
        NaN for the first period - 1 bars, and again behind a hole.

    References
    ----------
    Murphy, J. (1999). Technical Analysis of the Financial Markets, ch. 9.

    Examples
    --------
    >>> ema(pd.Series([1.0, 3.0, 5.0]), 2).tolist()
    [nan, 2.0, 4.0]
    """
    return pd.Series(ema_values(values_of(close), period), index=close.index, name=f"ema_{period}")


def sma_values(close: Values, period: int) -> Values:
    """`sma` of plain numbers."""
    check_period(period)
    return over_stretches(lambda whole: talib.SMA(whole, period), close)


def ema_values(close: Values, period: int) -> Values:
    """`ema` of plain numbers."""
    check_period(period)
    return over_stretches(lambda whole: talib.EMA(whole, period), close)
