"""Prices weighed with what was traded at them."""

from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from analytics.errors import AnalyticsError
from analytics.grid import utc_starts
from analytics.indicators.stretches import Values, check_period, columns_of, over_stretches
from analytics.records.snapshots import NOTHING, TradedSums
from analytics.timeframes import SECONDS

Anchor = Literal["session", "rolling"] | datetime

ROLLING_BARS = 60
BAND_WIDTH = 2.0  # deviations

_DAY_SECONDS = 24 * SECONDS["1h"]
_NUMBERS_AT_ONCE = 1_000_000  # bounds the memory of a long series with a long period


def vwap(
    bars: pd.DataFrame,
    anchor: Anchor = "session",
    *,
    period: int = ROLLING_BARS,
    carried: tuple[float, float] = (0.0, 0.0),
) -> pd.Series:
    """Volume-weighted average price since an anchor, or of the last `period` bars.

    Parameters
    ----------
    bars : DataFrame indexed by start (UTC), oldest first
        With `quote_volume` the answer is exact: quote volume over volume.
        Without it each bar counts with its typical price, (high + low + close) / 3.
    anchor
        "session": since 00:00 UTC of the bar's day. A moment (aware): since the
        first bar that starts then or later. "rolling": the last `period` bars.
    carried
        Quote volume and volume that the first bar's session already held; for
        the session only.

    Returns
    -------
    Series
        NaN until something was traded since the anchor. A bar whose volume is
        NaN has no value and counts as nothing for those behind it. Rolling: NaN
        for the first period - 1 bars, and again behind a hole; NaN too where
        nothing was traded in the whole window.

    References
    ----------
    Berkowitz, S., Logue, D., Noser, E. (1988). The Total Cost of Transactions
    on the NYSE. Journal of Finance 43, 97-112.
    """
    middle, _ = _mean_and_deviation(bars, anchor, period, TradedSums(*carried))
    name = anchor if isinstance(anchor, str) else "anchored"
    return pd.Series(middle, index=bars.index, name=f"vwap_{name}")


def vwap_bands(
    bars: pd.DataFrame,
    anchor: Anchor = "session",
    *,
    period: int = ROLLING_BARS,
    width: float = BAND_WIDTH,
    carried: TradedSums = NOTHING,
) -> pd.DataFrame:
    """Bands, `width` volume-weighted standard deviations around `vwap`.

    The deviation is the root of  sum(v (p - vwap)^2) / sum(v)  over the bars
    since the anchor, or of the window, where p is a bar's own mean price and v
    its volume. How far the trades of one bar lie apart is not in it, so longer
    bars give narrower bands. It is summed without the cancellation of
    sum(v p^2) - vwap^2 sum(v).

    Returns
    -------
    DataFrame
        Columns lower, middle, upper and deviation (all in price units); NaN
        where `vwap` is. The bands have no width while one bar has traded.

    References
    ----------
    West, D. H. D. (1979). Updating Mean and Variance Estimates: An Improved
    Method. Communications of the ACM 22, 532-535.
    """
    middle, deviation = _mean_and_deviation(bars, anchor, period, carried)
    lower, upper = middle - width * deviation, middle + width * deviation
    columns = {"lower": lower, "middle": middle, "upper": upper, "deviation": deviation}
    return pd.DataFrame(columns, index=bars.index)


def traded_volumes(bars: pd.DataFrame) -> tuple[Values, Values]:
    """Quote volume (from typical prices where it is not known) and volume."""
    if "quote_volume" in bars:
        quote_volume, volume = columns_of(bars, "quote_volume", "volume")
        return quote_volume, volume
    high, low, close, volume = columns_of(bars, "high", "low", "close", "volume")
    return (high + low + close) / 3 * volume, volume


def session_sums(
    starts: np.ndarray, quote_volume: Values, volume: Values, carried: TradedSums = NOTHING
) -> Values:
    """Quote volume, volume and squares (rows) of each bar's session with that bar; starts in seconds."""
    return _sums_since(starts // _DAY_SECONDS, quote_volume, volume, carried)


def mean_and_deviation(sums: Values) -> tuple[Values, Values]:
    """VWAP and its deviation from such sums."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, deviation = sums[0] / sums[1], np.sqrt(sums[2] / sums[1])
    untraded = ~(sums[1] > 0)
    return np.where(untraded, np.nan, middle), np.where(untraded, np.nan, deviation)


def rolling_values(quote_volume: Values, volume: Values, period: int) -> tuple[Values, Values]:
    """Rolling VWAP and its deviation, of plain numbers."""
    check_period(period)
    both = over_stretches(lambda q, v: _of_windows(q, v, period), quote_volume, volume, rows=2)
    return both[0], both[1]


def _mean_and_deviation(
    bars: pd.DataFrame, anchor: Anchor, period: int, carried: TradedSums
) -> tuple[Values, Values]:
    quote_volume, volume = traded_volumes(bars)
    if anchor == "rolling":
        return rolling_values(quote_volume, volume, period)
    starts = utc_starts(bars.index).as_unit("s").asi8
    if anchor == "session":
        sums = session_sums(starts, quote_volume, volume, carried)
    else:
        before = starts < _checked(anchor).timestamp()
        nothing_yet = np.where(before, 0.0, volume)
        sums = _sums_since(np.zeros(len(starts)), np.where(before, 0.0, quote_volume), nothing_yet, NOTHING)
    sums[:, ~(np.isfinite(quote_volume) & np.isfinite(volume))] = np.nan
    return mean_and_deviation(sums)


def _checked(anchor: object) -> datetime:
    if not isinstance(anchor, datetime):
        raise AnalyticsError(f"vwap is anchored at 'session', 'rolling' or a moment, not at {anchor!r}")
    if anchor.tzinfo is None:
        raise AnalyticsError(f"vwap is anchored at a moment in UTC, not at the naive {anchor}")
    return anchor


def _sums_since(groups: np.ndarray, quote_volume: Values, volume: Values, carried: TradedSums) -> Values:
    """Running sums that begin anew with each group, the first at what was carried."""
    known = np.isfinite(quote_volume) & np.isfinite(volume)
    quote, base = np.where(known, quote_volume, 0.0), np.where(known, volume, 0.0)
    sums = np.empty((3, len(groups)))
    begins = [0, *(np.flatnonzero(np.diff(groups)) + 1).tolist()]
    for begin, end in zip(begins, [*begins[1:], len(groups)], strict=True):
        before = carried if begin == 0 else NOTHING
        sums[:, begin:end] = _running_sums(quote[begin:end], base[begin:end], before)
    return sums


def _running_sums(quote: Values, base: Values, before: TradedSums) -> Values:
    quotes = before.quote_volume + np.cumsum(np.concatenate(([0.0], quote)))
    bases = before.volume + np.cumsum(np.concatenate(([0.0], base)))
    with np.errstate(divide="ignore", invalid="ignore"):
        price, mean = quote / base, quotes / bases
        steps = base * (price - mean[:-1]) * (price - mean[1:])
    steps = np.where((base > 0) & (bases[:-1] > 0), np.maximum(steps, 0.0), 0.0)
    return np.stack((quotes[1:], bases[1:], before.squares + np.cumsum(steps)))


def _of_windows(quote: Values, base: Values, period: int) -> Values:
    """Mean (row 0) and deviation (row 1) of each window, each by itself."""
    result = np.full((2, len(quote)), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(base > 0, quote / base, 0.0)
    step = max(1, _NUMBERS_AT_ONCE // period)
    for begin in range(0, len(quote) - period + 1, step):
        part = slice(begin, begin + step + period - 1)
        quotes, bases, prices = (sliding_window_view(c[part], period) for c in (quote, base, price))
        here = slice(begin + period - 1, begin + period - 1 + len(quotes))
        with np.errstate(divide="ignore", invalid="ignore"):
            total = bases.sum(axis=1)
            mean = np.where(total > 0, quotes.sum(axis=1) / total, np.nan)
            away = prices - mean[:, None]
            result[1, here] = np.sqrt((bases * away * away).sum(axis=1) / total)
        result[0, here] = mean
    return result
