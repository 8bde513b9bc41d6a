"""Strength and direction of the movement: RSI and MACD."""

import numpy as np
import pandas as pd
import talib

from analytics.indicators.stretches import Values, check_period, over_stretches, values_of


def rsi(close: pd.Series, period: int) -> pd.Series:
    """Wilder's relative strength index, 0 to 100.

    100 * G / (G + L), where G and L are the average gain and loss, smoothed by
    1 / period and begun at the mean of the first `period` changes.

    Returns
    -------
    Series
        NaN for the first `period` bars, and again behind a hole. NaN too while
        no close has differed from the one before it: without gains and losses
        there is no strength to compare (TA-Lib says 0.0 there).

    References
    ----------
    Wilder, J. W. (1978). New Concepts in Technical Trading Systems, sect. VI.

    Examples
    --------
    >>> rsi(pd.Series([10.0, 11.0, 10.0, 13.0]), 2).tolist()
    [nan, nan, 50.0, 87.5]
    """
    return pd.Series(rsi_values(values_of(close), period), index=close.index, name=f"rsi_{period}")


def macd(close: pd.Series, fast: int = 12, slow: int = 26, signal: int = 9) -> pd.DataFrame:
    """Moving average convergence and divergence.

    macd = EMA(fast) - EMA(slow), signal = EMA(signal) of macd, histogram =
    macd - signal. As TA-Lib has it, both averages begin at bar `slow`, at the
    mean of the last `fast` and the last `slow` closes there; `ema` begins its
    fast one earlier, which fades. The longer period is the slow one, however
    the two are given.

    Returns
    -------
    DataFrame
        Columns macd, signal and histogram, in price units. NaN for the first
        slow + signal - 2 bars, also of macd, and again behind a hole.

    References
    ----------
    Appel, G. (2005). Technical Analysis: Power Tools for Active Investors, ch. 6.
    """
    columns = dict(
        zip(("macd", "signal", "histogram"), macd_values(values_of(close), fast, slow, signal), strict=True)
    )
    return pd.DataFrame(columns, index=close.index)


def rsi_values(close: Values, period: int) -> Values:
    """`rsi` of plain numbers."""
    check_period(period)
    return over_stretches(lambda whole: _rsi_of_whole(whole, period), close)


def macd_values(close: Values, fast: int, slow: int, signal: int) -> tuple[Values, Values, Values]:
    """`macd` of plain numbers: the line, its signal, and their difference."""
    for period in (fast, slow, signal):
        check_period(period)
    lines = over_stretches(lambda whole: np.array(talib.MACD(whole, fast, slow, signal)), close, rows=3)
    return lines[0], lines[1], lines[2]


def _rsi_of_whole(close: Values, period: int) -> Values:
    strength = talib.RSI(close, period)
    still = np.flatnonzero(close != close[:1])  # the first bar that moved ends the standstill
    strength[: still[0] if still.size else None] = np.nan
    return strength
