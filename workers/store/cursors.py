"""Cursors: up to which id everything of a symbol is stored, or its holes are on record.

Example document:

    {"_id": "BTCUSDT", "last_id": 3735683259, "last_traded_at": 2024-08-08T23:54:15.342Z, "token": 17}

Written after the ticks and the gap rows it speaks for; it may lag behind them,
never run ahead. After a crash what lies beyond it is looked through again.
Only the newest holder of the symbol's shard may move it (fences.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from analytics.records.market import Tick
from workers.store.database import DUPLICATE_KEY, collection
from workers.store.errors import Fenced
from workers.store.fences import Fence


@dataclass(frozen=True, slots=True)
class Cursor:
    """The newest tick of a symbol up to which the ledger is complete."""

    symbol: str
    last_id: int
    last_traded_at: datetime


def save_cursors(newest: Iterable[Tick], fence: Fence) -> None:
    """Move the cursor of each tick's symbol up to it; a cursor never goes back.

    Raises
    ------
    Fenced
        A cursor bears a newer token: another worker has taken the shard over.
    """
    writes = [
        UpdateOne(
            {"_id": tick.symbol, "token": {"$not": {"$gt": fence.token}}},
            {
                "$max": {"last_id": tick.id, "last_traded_at": tick.traded_at},
                "$set": {"token": fence.token},
            },
            upsert=True,  # where a newer token keeps it from matching, this is a refused second insert
        )
        for tick in newest
    ]
    try:
        if writes:
            collection("cursors").bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        if any(problem["code"] != DUPLICATE_KEY for problem in error.details["writeErrors"]):
            raise
        raise Fenced(f"shard {fence.shard} was taken over, token {fence.token} is too old") from None


def load_cursor(symbol: str) -> Cursor | None:
    """The cursor of a symbol, None before its first."""
    row = collection("cursors").find_one({"_id": symbol})
    return Cursor(symbol, row["last_id"], row["last_traded_at"]) if row else None
