"""Bars made from the ledger of the exchange alone.

Written apart from the product's own code for bars: what both got wrong would not be seen.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fault.control import Row

VOLUME_TOLERANCE = 1e-9  # relative
EXACT = ("open", "high", "low", "close", "trades")
SUMS = ("volume", "quote_volume", "taker_buy_volume")
IDS = ("first_id", "last_id")


@dataclass(slots=True)
class Expected:
    """One bar of the ledger; without ids when the exchange's own history is part of it."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float
    taker_buy_volume: float
    trades: int
    first_id: int | None
    last_id: int | None


Bars = dict[int, Expected]  # by start in milliseconds


def bars_of(rows: Sequence[Row], length: int) -> Bars:
    """The bars of some trades given by id; the length of a bar in milliseconds."""
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[3] // length * length, []).append(row)
    return {start: _bar(group) for start, group in grouped.items()}


def longer_bars(bars: Mapping[int, Expected], length: int) -> Bars:
    """The longer bars that shorter ones make."""
    grouped: dict[int, list[Expected]] = {}
    for start in sorted(bars):
        grouped.setdefault(start // length * length, []).append(bars[start])
    return {start: _longer(group) for start, group in grouped.items()}


def as_expected(stored: Mapping[str, Any]) -> Expected:
    """A stored bar that stands for itself, because the ledger does not reach back to it."""
    return Expected(**{name: stored[name] for name in (*EXACT, *SUMS)}, first_id=None, last_id=None)


def _bar(rows: Sequence[Row]) -> Expected:
    prices, quantities = [float(row[1]) for row in rows], [float(row[2]) for row in rows]
    return Expected(
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=math.fsum(quantities),
        quote_volume=math.fsum(p * q for p, q in zip(prices, quantities, strict=True)),
        taker_buy_volume=math.fsum(q for q, row in zip(quantities, rows, strict=True) if not row[4]),
        trades=sum(row[6] - row[5] + 1 for row in rows),
        first_id=rows[0][0],
        last_id=rows[-1][0],
    )


def _longer(bars: Sequence[Expected]) -> Expected:
    return Expected(
        open=bars[0].open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=bars[-1].close,
        volume=math.fsum(bar.volume for bar in bars),
        quote_volume=math.fsum(bar.quote_volume for bar in bars),
        taker_buy_volume=math.fsum(bar.taker_buy_volume for bar in bars),
        trades=sum(bar.trades for bar in bars),
        first_id=None if any(bar.first_id is None for bar in bars) else bars[0].first_id,
        last_id=bars[-1].last_id,
    )


def problem_of(expected: Expected | None, stored: Mapping[str, Any] | None, *, is_ours: bool) -> str | None:
    """What is wrong with a bar of the store that is over; None when nothing is.

    The exchange's own bar must hold the same values as ours; it has no ids, and gives way where all its
    trades are stored.
    """
    if stored is None:
        return "is not stored"
    if expected is None:
        return "is stored, but nothing was traded"
    for name in (*EXACT, *(IDS if stored["source"] == "ticks" else ())):
        if stored[name] != getattr(expected, name):
            return f"{name} is {stored[name]}, not {getattr(expected, name)}"
    for name in SUMS:
        if not math.isclose(stored[name], getattr(expected, name), rel_tol=VOLUME_TOLERANCE, abs_tol=1e-12):
            return f"{name} is {stored[name]}, not {getattr(expected, name)}"
    if is_ours and stored["source"] != "ticks":
        return "is the exchange's, though all its trades are stored"
    return None if stored["is_final"] else "is over, and not final"
