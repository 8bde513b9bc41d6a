"""Book: the last top of the book of each symbol and second.

Example document (one of BTCUSDT, whose symbol number is 3):

    {"_id": 52778281294503,            # 3 << 44 | 1723161255: symbol number and second
     "bid": 61837.62, "bid_quantity": 0.31, "ask": 61837.63, "ask_quantity": 1.2,
     "spread": 0.01, "mid": 61837.625, "updates": 41, "update_id": 400900217,
     "quoted_at": 2024-08-08T23:54:15.342Z, "received_at": 2026-11-22T08:00:01.120Z}

Indexes: `_id`, of which a stretch of seconds of one symbol is a range; a
time-to-live on received_at, the same as that of ticks.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pymongo import ReplaceOne
from pymongo.errors import OperationFailure

from analytics.records.book import BookSecond, TopOfBook
from workers.settings import load_settings
from workers.store.database import Document, collection, database
from workers.store.ticks import ID_BITS, symbol_number


def ensure_indexes() -> None:
    """Time-to-live on arrival; follows TICK_RETENTION_HOURS when that changes."""
    seconds = int(load_settings().tick_retention_hours * 3600)
    try:
        collection("book").create_index("received_at", name="retention", expireAfterSeconds=seconds)
    except OperationFailure:
        index = {"name": "retention", "expireAfterSeconds": seconds}
        database().command("collMod", "book", index=index)


def save_book(seconds: Sequence[BookSecond]) -> None:
    """Replace each second by its natural key."""
    if seconds:
        writes = [ReplaceOne({"_id": _key(row)}, _document(row), upsert=True) for row in seconds]
        collection("book").bulk_write(writes, ordered=False)


def load_book(
    symbol: str, *, start: datetime | None = None, end: datetime | None = None, limit: int = 0
) -> list[BookSecond]:
    """Seconds with start <= second < end, oldest first; with `limit` the newest that many."""
    base = symbol_number(symbol) << ID_BITS
    low = base + (_seconds(start) if start else 0)
    high = base + (_seconds(end) if end else (1 << ID_BITS) - 1)
    order = -1 if limit else 1
    found = collection("book").find({"_id": {"$gte": low, "$lt": high}}, sort=[("_id", order)], limit=limit)
    rows = [_second(symbol, document) for document in found]
    return rows[::-1] if limit else rows


def load_top_of_book(symbol: str) -> BookSecond | None:
    """The newest second, or None before the first."""
    found = load_book(symbol, limit=1)
    return found[0] if found else None


def _seconds(moment: datetime) -> int:
    """Since 1970, rounded up: the first whole second at or after a moment."""
    return -int(-moment.timestamp() // 1)


def _key(row: BookSecond) -> int:
    return symbol_number(row.top.symbol) << ID_BITS | int(row.second.timestamp())


def _document(row: BookSecond) -> Document:
    top = row.top
    return {
        "_id": _key(row),
        "bid": top.bid,
        "bid_quantity": top.bid_quantity,
        "ask": top.ask,
        "ask_quantity": top.ask_quantity,
        "spread": top.spread,
        "mid": top.mid,
        "updates": row.updates,
        "update_id": top.update_id,
        "quoted_at": top.quoted_at,
        "received_at": top.received_at,
    }


def _second(symbol: str, document: Document) -> BookSecond:
    top = TopOfBook(
        symbol=symbol,
        update_id=document["update_id"],
        bid=document["bid"],
        bid_quantity=document["bid_quantity"],
        ask=document["ask"],
        ask_quantity=document["ask_quantity"],
        quoted_at=document["quoted_at"],
        received_at=document["received_at"],
    )
    second = datetime.fromtimestamp(document["_id"] & ((1 << ID_BITS) - 1), UTC)
    return BookSecond(second, top, document["updates"])
