"""Bars made from the ledger of the exchange alone, and compared with the stored ones.

Written apart from the product's own code for bars: what both got wrong would not be seen.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fault.control import Row

VOLUME_TOLERANCE = 1e-9  # relative
EXACT = ("open", "high", "low", "close", "trades", "first_id", "last_id")
SUMS = ("volume", "quote_volume", "taker_buy_volume")


@dataclass(slots=True)
class Expected:
    """One bar of the ledger."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float
    taker_buy_volume: float
    trades: int
    first_id: int
    last_id: int


def bars_of(rows: Sequence[Row], seconds: int) -> dict[int, Expected]:
    """The bars of some trades given by id; the key is the start in milliseconds."""
    grouped: dict[int, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[3] // (seconds * 1000) * seconds * 1000, []).append(row)
    return {start: _bar(group) for start, group in grouped.items()}


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


def problem_of(expected: Expected | None, stored: dict[str, Any] | None) -> str | None:
    """What is wrong with a bar of the store; None when nothing is.

    A bar of the exchange's own stands for itself: only its absence would be wrong.
    """
    if stored is None:
        return "is not stored"
    if stored["source"] != "ticks":
        return None
    if expected is None:
        return "is stored, but nothing was traded"
    for name in EXACT:
        if stored[name] != getattr(expected, name):
            return f"{name} is {stored[name]}, not {getattr(expected, name)}"
    for name in SUMS:
        if not math.isclose(stored[name], getattr(expected, name), rel_tol=VOLUME_TOLERANCE, abs_tol=1e-12):
            return f"{name} is {stored[name]}, not {getattr(expected, name)}"
    return None if stored["is_final"] else "is over, and not final"
