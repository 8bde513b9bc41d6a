"""Watermarks: how far a stage has come for one symbol and timeframe.

Example document:

    {"_id": "indicators:BTCUSDT:1m", "done": 2024-08-08T23:55:00Z, "rewrites": 3}

A stage that works on bars notes the start of the last one it has done. Who
rewrites a closed bar lowers the mark and counts that, so that the stage works
it off again; `advance_watermark` only moves a mark if nothing was rewritten
since it was read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from workers.store.database import collection

WATCHLIST = "watchlist"  # stands for a symbol in the name of what is computed of all watched ones


def watermark_name(stage: str, symbol: str, timeframe: str) -> str:
    """Key of a stage's mark.

    >>> watermark_name("indicators", "BTCUSDT", "1m")
    'indicators:BTCUSDT:1m'
    """
    return f"{stage}:{symbol}:{timeframe}"


@dataclass(frozen=True, slots=True)
class Watermark:
    """Where a stage has come to, and how often what it works on was rewritten."""

    done: datetime
    rewrites: int = 0


def load_watermarks(stage: str) -> dict[str, Watermark]:
    """Marks of a stage by name; those not there yet are missing."""
    query = {"_id": {"$gte": f"{stage}:", "$lt": f"{stage};"}}
    return {
        row["_id"]: Watermark(row["done"], row.get("rewrites", 0))
        for row in collection("watermarks").find(query)
    }


def advance_watermark(name: str, *, seen: Watermark | None, done: datetime) -> bool:
    """Move a mark on from what was seen; False when something was rewritten or it was moved meanwhile."""
    watermarks = collection("watermarks")
    if seen is None:
        try:
            watermarks.insert_one({"_id": name, "done": done, "rewrites": 0})
        except DuplicateKeyError:
            return False
        return True
    query = {"_id": name, "done": seen.done, "rewrites": seen.rewrites}
    return watermarks.update_one(query, {"$set": {"done": done}}).matched_count == 1


def advance_watermarks(moves: Sequence[tuple[str, Watermark | None, datetime]]) -> None:
    """Move several marks (name, what was seen, done) on, each as `advance_watermark` does."""
    writes: list[UpdateOne] = []
    for name, seen, done in moves:
        if seen is None:
            change = {"$setOnInsert": {"done": done, "rewrites": 0}}
            writes.append(UpdateOne({"_id": name}, change, upsert=True))
        else:
            query = {"_id": name, "done": seen.done, "rewrites": seen.rewrites}
            writes.append(UpdateOne(query, {"$set": {"done": done}}))
    if writes:
        collection("watermarks").bulk_write(writes, ordered=False)


def lower_watermarks(names: Iterable[str], *, rewritten: datetime, until: datetime | None = None) -> None:
    """Have stages work again from the bar that starts at `rewritten` on, those at work on it included.

    With `until` those alone that are done with no later bar.
    """
    reached = {} if until is None else {"done": {"$lte": until}}
    before = rewritten - timedelta(milliseconds=1)
    change = {"$min": {"done": before}, "$inc": {"rewrites": 1}}
    writes = [UpdateOne({"_id": name, **reached}, change) for name in names]
    if writes:
        collection("watermarks").bulk_write(writes, ordered=False)
