"""Prices weighed with what was traded at them."""

from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.grid import utc_starts
from analytics.indicators.stretches import Values, columns_of
from analytics.timeframes import SECONDS

_DAY_SECONDS = 24 * SECONDS["1h"]


def vwap(
    bars: pd.DataFrame, anchor: Literal["session"] = "session", *, carried: tuple[float, float] = (0.0, 0.0)
) -> pd.Series:
    """Volume-weighted average price since the session began at 00:00 UTC.

    Parameters
    ----------
    bars : DataFrame indexed by start (UTC), oldest first
        With `quote_volume` the answer is exact: quote volume over volume.
        Without it each bar counts with its typical price, (high + low + close) / 3.
    anchor
        Where the sum begins; "session" is the UTC day, the only one there is.
    carried
        Quote volume and volume that the first bar's session already held.

    Returns
    -------
    Series
        NaN until something was traded in the session. A bar whose volume is
        NaN has no value and counts as nothing for those behind it.

    References
    ----------
    Berkowitz, S., Logue, D., Noser, E. (1988). The Total Cost of Transactions
    on the NYSE. Journal of Finance 43, 97-112.
    """
    if anchor != "session":
        raise AnalyticsError(f"vwap is anchored at 'session', not at {anchor!r}")
    starts = utc_starts(bars.index).as_unit("s").asi8
    quote_volume, volume = traded_volumes(bars)
    return pd.Series(
        vwap_values(starts, quote_volume, volume, carried), index=bars.index, name="vwap_session"
    )


def traded_volumes(bars: pd.DataFrame) -> tuple[Values, Values]:
    """Quote volume (from typical prices where it is not known) and volume."""
    if "quote_volume" in bars:
        quote_volume, volume = columns_of(bars, "quote_volume", "volume")
        return quote_volume, volume
    high, low, close, volume = columns_of(bars, "high", "low", "close", "volume")
    return (high + low + close) / 3 * volume, volume


def vwap_values(
    starts: np.ndarray, quote_volume: Values, volume: Values, carried: tuple[float, float] = (0.0, 0.0)
) -> Values:
    """`vwap` of plain numbers; starts are seconds since 1970."""
    unknown = ~(np.isfinite(quote_volume) & np.isfinite(volume))
    sums = [
        _session_sums(starts // _DAY_SECONDS, np.where(unknown, 0.0, column), before)
        for column, before in zip((quote_volume, volume), carried, strict=True)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(unknown | (sums[1] <= 0), np.nan, sums[0] / sums[1])


def _session_sums(days: np.ndarray, column: Values, before: float) -> Values:
    """Running sum that begins anew each day, the first day at `before`."""
    result = np.empty(len(column))
    begins = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist()]
    for begin, end in zip(begins, [*begins[1:], len(column)], strict=True):
        result[begin:end] = np.cumsum(column[begin:end])
    first_day = slice(0, begins[1] if len(begins) > 1 else None)
    result[first_day] += before
    return result
