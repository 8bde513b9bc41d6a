"""How far the close moves from bar to bar."""

import numpy as np
import pandas as pd

from analytics.indicators.stretches import Values, check_period, over_stretches, values_of
from analytics.timeframes import seconds

VOLATILITY_BARS = 60

_YEAR_SECONDS = 365 * 24 * 3_600  # these markets never close


def realised_volatility(close: pd.Series, period: int = VOLATILITY_BARS, *, timeframe: str) -> pd.DataFrame:
    """Realised volatility of the last `period` log returns.

    per_bar is the root of the mean squared log return, sqrt(sum(r^2) / period):
    the mean return is taken as zero, as usual for returns over a bar. annual is
    per_bar times the root of the bars in a year of 365 days: what the year's
    deviation would be, were all bars like these and independent.

    Parameters
    ----------
    timeframe
        Length of the bars, such as "1m".

    Returns
    -------
    DataFrame
        Columns per_bar and annual, 0.01 for one per cent. NaN for the first
        `period` bars (so many returns need one close more), and again behind a
        hole; a close that is not above zero has no logarithm and is a hole.

    References
    ----------
    Andersen, T., Bollerslev, T., Diebold, F., Labys, P. (2003). Modeling and
    Forecasting Realized Volatility. Econometrica 71, 579-625.

    Examples
    --------
    >>> close = pd.Series([1.0, 2.0, 1.0])
    >>> round(float(realised_volatility(close, 2, timeframe="1h")["per_bar"].iloc[-1]), 6)
    0.693147
    """
    per_bar = volatility_values(values_of(close), period)
    columns = {"per_bar": per_bar, "annual": per_bar * bars_per_year(timeframe) ** 0.5}
    return pd.DataFrame(columns, index=close.index)


def volatility_values(close: Values, period: int) -> Values:
    """Realised volatility per bar, of plain numbers."""
    check_period(period)
    priced = np.where(close > 0, close, np.nan)
    return over_stretches(lambda whole: _root_mean_squares(whole, period), priced)


def bars_per_year(timeframe: str) -> float:
    """How many bars make a year of 365 days."""
    return _YEAR_SECONDS / seconds(timeframe)


def _root_mean_squares(close: Values, period: int) -> Values:
    result = np.full(len(close), np.nan)
    if len(close) > period:
        # Each window by itself: a running sum keeps the rounding of a jump that left the window.
        squares = np.log(close[1:] / close[:-1]) ** 2
        windows = np.lib.stride_tricks.sliding_window_view(squares, period)
        result[period:] = np.sqrt(windows.mean(axis=1))
    return result
