"""Cursors: up to which id everything of a symbol is stored, or its holes are on record.

Example document:

    {"_id": "BTCUSDT", "last_id": 3735683259, "last_traded_at": 2024-08-08T23:54:15.342Z}

Written after the ticks and the gap rows it speaks for; it may lag behind them,
never run ahead. After a crash what lies beyond it is looked through again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne

from analytics.records.market import Tick
from workers.store.database import collection


@dataclass(frozen=True, slots=True)
class Cursor:
    """The newest tick of a symbol up to which the ledger is complete."""

    symbol: str
    last_id: int
    last_traded_at: datetime


def save_cursors(newest: Iterable[Tick]) -> None:
    """Move the cursor of each tick's symbol up to it; a cursor never goes back."""
    writes = [
        UpdateOne(
            {"_id": tick.symbol},
            {"$max": {"last_id": tick.id, "last_traded_at": tick.traded_at}},
            upsert=True,
        )
        for tick in newest
    ]
    if writes:
        collection("cursors").bulk_write(writes, ordered=False)


def load_cursor(symbol: str) -> Cursor | None:
    """The cursor of a symbol, None before its first."""
    row = collection("cursors").find_one({"_id": symbol})
    return Cursor(symbol, row["last_id"], row["last_traded_at"]) if row else None
