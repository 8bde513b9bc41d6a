"""Watermarks: how far a stage has come for one symbol and timeframe.

Example document:

    {"_id": "indicators:BTCUSDT:1m", "done": 2024-08-08T23:55:00Z, "rewrites": 3}

A stage that works on bars notes the start of the last one it has done. Who
rewrites a closed bar lowers the mark and counts that, so that the stage works
it off again; `advance_watermark` only moves a mark if nothing was rewritten
since it was read. What is rewritten before a stage has done anything is counted
too, in a mark without `done`: it may be at its first bars just then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import UpdateOne

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

    done: datetime | None  # nothing yet
    rewrites: int = 0

    def is_behind(self, newest: datetime) -> bool:
        """Whether the stage has not done a bar that starts there."""
        return self.done is None or self.done < newest


UNTOUCHED = Watermark(None)  # neither done nor rewritten


def load_watermarks(stage: str) -> dict[str, Watermark]:
    """Marks of a stage by name; those that are `UNTOUCHED` are missing."""
    query = {"_id": {"$gte": f"{stage}:", "$lt": f"{stage};"}}
    return {
        row["_id"]: Watermark(row.get("done"), row.get("rewrites", 0))
        for row in collection("watermarks").find(query)
    }


def advance_watermark(name: str, *, seen: Watermark, done: datetime) -> bool:
    """Move a mark on from what was seen; False when something was rewritten or it was moved meanwhile."""
    result = collection("watermarks").bulk_write([_advance(name, seen, done)])
    return (result.upserted_count if seen == UNTOUCHED else result.matched_count) == 1


def advance_watermarks(moves: Sequence[tuple[str, Watermark, datetime]]) -> None:
    """Move several marks (name, what was seen, done) on, each as `advance_watermark` does."""
    writes = [_advance(name, seen, done) for name, seen, done in moves]
    if writes:
        collection("watermarks").bulk_write(writes, ordered=False)


def _advance(name: str, seen: Watermark, done: datetime) -> UpdateOne:
    if seen == UNTOUCHED:
        return UpdateOne({"_id": name}, {"$setOnInsert": {"done": done, "rewrites": 0}}, upsert=True)
    query = {"_id": name, "done": seen.done, "rewrites": seen.rewrites}
    return UpdateOne(query, {"$set": {"done": done}})


def lower_watermarks(names: Iterable[str], *, rewritten: datetime, until: datetime | None = None) -> None:
    """Have stages work again from the bar that starts at `rewritten` on, those at work on it included.

    With `until` those alone that are done with no later bar.
    """
    lowered = {"$min": ["$done", rewritten - timedelta(milliseconds=1)]}
    counted = {"$add": [{"$ifNull": ["$rewrites", 0]}, 1]}
    reached = {"$lte": ["$done", until]} if until else True  # a mark without `done` lies before every moment
    done = {"$cond": [{"$and": [reached, {"$gt": ["$done", None]}]}, lowered, "$done"]}
    rewrites = {"$cond": [reached, counted, "$rewrites"]}
    change = [{"$set": {"done": done, "rewrites": rewrites}}]
    writes = [UpdateOne({"_id": name}, change, upsert=True) for name in names]
    if writes:
        collection("watermarks").bulk_write(writes, ordered=False)
