"""Watermarks: how far a stage has come for one symbol and timeframe.

Example document:

    {"_id": "indicators:BTCUSDT:1m", "done": 2024-08-08T23:55:00Z, "id": None}

A stage that works on bars notes the start of the last one it has done. Who
rewrites an older bar lowers the mark, so that the stage works it off again;
`advance_watermark` only moves a mark that nobody lowered meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from workers.store.database import collection


def watermark_name(stage: str, symbol: str, timeframe: str) -> str:
    """Key of a stage's mark.

    >>> watermark_name("indicators", "BTCUSDT", "1m")
    'indicators:BTCUSDT:1m'
    """
    return f"{stage}:{symbol}:{timeframe}"


def load_watermarks(stage: str) -> dict[str, datetime]:
    """Marks of a stage by name; those not there yet are missing."""
    query = {"_id": {"$gte": f"{stage}:", "$lt": f"{stage};"}}
    return {row["_id"]: row["done"] for row in collection("watermarks").find(query)}


def advance_watermark(name: str, *, seen: datetime | None, done: datetime) -> bool:
    """Move a mark from `seen` to `done`; False when it was changed meanwhile."""
    watermarks = collection("watermarks")
    if seen is None:
        try:
            watermarks.insert_one({"_id": name, "done": done})
        except DuplicateKeyError:
            return False
        return True
    return watermarks.update_one({"_id": name, "done": seen}, {"$set": {"done": done}}).matched_count == 1


def lower_watermarks(names: Iterable[str], *, rewritten: datetime) -> None:
    """Have stages work again from the bar that starts at `rewritten` on."""
    before = rewritten - timedelta(milliseconds=1)
    writes = [UpdateOne({"_id": name}, {"$min": {"done": before}}) for name in names]
    if writes:
        collection("watermarks").bulk_write(writes, ordered=False)
