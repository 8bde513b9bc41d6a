"""Divergences of price and RSI, at turning points that are confirmed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from analytics.errors import AnalyticsError
from analytics.indicators.momentum import rsi_values
from analytics.indicators.stretches import Values, check_period, columns_of, stretches_of
from analytics.records.divergences import Divergence, DivergenceKind, Pivot

PERIOD = 14
REACH_BARS = 5
MOST_BARS = 60

COLUMNS = (
    "kind",
    "first_start",
    "first_price",
    "first_rsi",
    "second_start",
    "second_price",
    "second_rsi",
    "confirmed_at",
)


class Parting(NamedTuple):
    """A divergence by the positions of its bars."""

    confirmed: int
    kind: DivergenceKind
    first: int
    second: int


def rsi_divergence(
    bars: pd.DataFrame, period: int = PERIOD, *, reach: int = REACH_BARS, most_bars: int = MOST_BARS
) -> pd.DataFrame:
    """Every divergence of price and RSI that the bars confirm, in the order they became known.

    A pivot low is a bar whose low is below those of the `reach` bars before it
    and not above those of the `reach` behind it, a pivot high the mirror of it.
    Two pivots of a side that follow one another, at most `most_bars` apart, are
    compared, the price by its low or high, RSI at the same bars:

    kind               price at the pivots   RSI there
    regular_bullish    lower low             higher
    hidden_bullish     higher low            lower
    regular_bearish    higher high           lower
    hidden_bearish     lower high            higher

    A divergence is known when the last bar of the second pivot's reach has
    closed, `confirmed_at`. It is never shown earlier and never taken back: on a
    prefix of the bars the answer is the same up to there.

    Parameters
    ----------
    bars : DataFrame with high, low and close, by start, oldest first
        A bar at which one of them is not a finite number is a hole, and no
        divergence reaches over it. Distances count rows: fill bars without
        trades first (`analytics.bars.fill_gaps`).

    Returns
    -------
    DataFrame
        COLUMNS: the kind; start, price and RSI of both pivots; confirmed_at,
        the start of the bar whose close confirmed it. Numbered from 0.

    References
    ----------
    Brown, C. (1999). Technical Analysis for the Trading Professional, ch. 1
    (hidden divergence: her reversal signals); Wilder (1978), sect. VI.
    """
    high, low, close = columns_of(bars, "high", "low", "close")
    strength = rsi_values(close, period)
    found = partings(high, low, close, strength, reach=reach, most_bars=most_bars)
    bearish = np.array(["bearish" in one.kind for one in found], bool)
    columns: dict[str, object] = {"kind": pd.Series([one.kind for one in found], dtype="str")}
    for name in ("first", "second"):
        at = np.array([getattr(one, name) for one in found], np.intp)
        columns[f"{name}_start"] = bars.index[at]
        columns[f"{name}_price"] = np.where(bearish, high[at], low[at])
        columns[f"{name}_rsi"] = strength[at]
    confirmed = np.array([one.confirmed for one in found], np.intp)
    return pd.DataFrame(columns | {"confirmed_at": bars.index[confirmed]}, columns=list(COLUMNS))


def divergences_of(
    starts: np.ndarray, high: Values, low: Values, close: Values, strength: Values, *, since: int
) -> list[Divergence]:
    """The records of those confirmed at position `since` or later; starts are seconds since 1970."""

    def pivot(one: Parting, place: int) -> Pivot:
        price = high if "bearish" in one.kind else low
        return Pivot(_moment(starts[place]), float(price[place]), float(strength[place]))

    found = partings(high, low, close, strength, reach=REACH_BARS, most_bars=MOST_BARS)
    return [
        Divergence(one.kind, pivot(one, one.first), pivot(one, one.second), _moment(starts[one.confirmed]))
        for one in found
        if one.confirmed >= since
    ]


def partings(
    high: Values, low: Values, close: Values, strength: Values, *, reach: int, most_bars: int
) -> list[Parting]:
    """Divergences by position, in the order they became known; bullish before bearish."""
    check_period(reach, least=1)
    if most_bars <= reach:
        raise AnalyticsError(f"pivots lie more than {reach} bars apart, most_bars is {most_bars}")
    known = np.isfinite(high) & np.isfinite(low) & np.isfinite(close)
    found: list[Parting] = []
    for begin, end in stretches_of(known):
        part = slice(begin, end)
        for price, side in ((low[part], 1), (high[part], -1)):
            pairs = _pairs(_pivots(side * price, reach), most_bars)
            found += _partings_of(pairs, price, strength[part], side, begin, reach)
    return sorted(found, key=lambda one: (one.confirmed, "bearish" in one.kind))


def _partings_of(
    pairs: Iterator[tuple[int, int]], price: Values, strength: Values, side: int, offset: int, reach: int
) -> Iterator[Parting]:
    """The pairs of pivots between which RSI moved against the price."""
    for first, second in pairs:
        price_step = side * (price[second] - price[first])
        strength_step = side * (strength[second] - strength[first])
        if price_step < 0 < strength_step:
            kind: DivergenceKind = "regular_bullish" if side > 0 else "regular_bearish"
        elif strength_step < 0 < price_step:
            kind = "hidden_bullish" if side > 0 else "hidden_bearish"
        else:
            continue  # they agree, or RSI is not known yet
        yield Parting(offset + second + reach, kind, offset + first, offset + second)


def _pivots(price: Values, reach: int) -> list[int]:
    """Positions of the confirmed lows of a stretch."""
    if len(price) < 2 * reach + 1:
        return []
    windows = sliding_window_view(price, reach).min(axis=1)
    before, behind = windows[: len(price) - 2 * reach], windows[reach + 1 :]
    centre = price[reach : len(price) - reach]
    return (np.flatnonzero((centre < before) & (centre <= behind)) + reach).tolist()


def _pairs(pivots: list[int], most_bars: int) -> Iterator[tuple[int, int]]:
    """Pivots that follow one another within reach of each other."""
    return ((first, second) for first, second in pairwise(pivots) if second - first <= most_bars)


def _moment(second: float) -> datetime:
    return datetime.fromtimestamp(float(second), UTC)
