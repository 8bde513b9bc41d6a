"""Rebuilds: seconds whose bar must be made again, because a tick came late.

Example document:

    {"_id": "BTCUSDT:1723161300000", "symbol": "BTCUSDT",
     "second": 2024-08-08T23:55:00Z, "notes": 2}

`notes` counts how often it was asked for, so that a request that comes while
the second is being rebuilt is not lost when the row is taken away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DeleteOne, UpdateOne

from workers.store.database import collection


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A second of a symbol to be built again."""

    symbol: str
    second: datetime
    notes: int


def ensure_indexes() -> None:
    """By symbol and second: the oldest of one symbol are asked for every second."""
    collection("rebuilds").create_index([("symbol", ASCENDING), ("second", ASCENDING)], name="by_second")


def note_rebuilds(seconds: Iterable[tuple[str, datetime]]) -> None:
    """Ask for seconds to be rebuilt."""
    writes = [
        UpdateOne(
            {"_id": _key(symbol, second)},
            {"$inc": {"notes": 1}, "$setOnInsert": {"symbol": symbol, "second": second}},
            upsert=True,
        )
        for symbol, second in set(seconds)
    ]
    if writes:
        collection("rebuilds", durable=True).bulk_write(writes, ordered=False)


def load_rebuilds(symbol: str, *, limit: int = 1_000) -> list[Rebuild]:
    """Seconds of a symbol that wait, oldest first."""
    found = collection("rebuilds").find({"symbol": symbol}, sort=[("second", 1)], limit=limit)
    return [Rebuild(row["symbol"], row["second"], row["notes"]) for row in found]


def count_rebuilds(symbol: str) -> int:
    """How many seconds of a symbol wait."""
    return collection("rebuilds").count_documents({"symbol": symbol})


def finish_rebuilds(rebuilds: Iterable[Rebuild]) -> None:
    """Take away what was rebuilt, unless it was asked for again meanwhile."""
    writes = [DeleteOne({"_id": _key(row.symbol, row.second), "notes": row.notes}) for row in rebuilds]
    if writes:
        collection("rebuilds").bulk_write(writes, ordered=False)


def _key(symbol: str, second: datetime) -> str:
    return f"{symbol}:{int(second.timestamp() * 1000)}"
