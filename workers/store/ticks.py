"""Ticks: every trade message once.

Example document (one of BTCUSDT, whose symbol number is 3):

    {"_id": 52780451282171,            # 3 << 44 | 3735683259: symbol number and id
     "price": 61837.63, "quantity": 0.02,
     "traded_at": 2024-08-08T23:54:15.342Z, "received_at": 2026-11-22T08:00:01.120Z,
     "buyer_is_maker": True, "first_trade_id": 3735683259, "last_trade_id": 3735683259}

Indexes: `_id`; a time-to-live on received_at (counted from arrival, so that a
replay of an old day is kept). A range of ids of one symbol is a range of `_id`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from bson.datetime_ms import DatetimeMS
from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError, OperationFailure

from analytics.records.market import Tick
from workers.settings import load_settings
from workers.store.database import DUPLICATE_KEY, Document, collection, database

ID_BITS = 44  # 1.7e13 ids a symbol, 2^19 symbols
MAX_ID = (1 << ID_BITS) - 1
SPARSE = 4  # one id wanted of so many: asked for one by one

_numbers: dict[tuple[str, str], int] = {}  # (database, symbol) -> symbol number; never changes once given


@dataclass(frozen=True, slots=True)
class SavedTicks:
    """What became of a batch."""

    stored: int
    repeated: int  # were there already


def ensure_indexes() -> None:
    """Time-to-live on arrival; follows TICK_RETENTION_HOURS when that changes."""
    seconds = int(load_settings().tick_retention_hours * 3600)
    try:
        collection("ticks").create_index("received_at", name="retention", expireAfterSeconds=seconds)
    except OperationFailure:
        index = {"name": "retention", "expireAfterSeconds": seconds}
        database().command("collMod", "ticks", index=index)


def save_ticks(ticks: Sequence[Tick]) -> SavedTicks:
    """Store a batch durably; ticks that are there already change nothing."""
    if not ticks:
        return SavedTicks(0, 0)
    documents = _documents(ticks)
    try:
        collection("ticks", durable=True).insert_many(documents, ordered=False)
    except BulkWriteError as error:
        return SavedTicks(int(error.details["nInserted"]), _repeats(error))
    return SavedTicks(len(documents), 0)


def load_ticks(symbol: str, *, after_id: int, up_to_id: int | None = None, limit: int = 0) -> list[Tick]:
    """Ticks of a symbol with after_id < id <= up_to_id, by id; at most `limit` (0: all)."""
    base = symbol_number(symbol) << ID_BITS
    top = base + (up_to_id if up_to_id is not None else (1 << ID_BITS) - 1)
    query = {"_id": {"$gt": base + after_id, "$lte": top}}
    cursor = collection("ticks").find(query, sort=[("_id", 1)], limit=limit, batch_size=10_000)
    return [_tick(symbol, document) for document in cursor]


def load_ticks_of(symbol: str, ids: Sequence[int]) -> list[Tick]:
    """The ticks among ascending ids that are stored, by id."""
    wanted = set(ids)
    if not ids or ids[-1] - ids[0] < SPARSE * len(ids):
        found = load_ticks(symbol, after_id=ids[0] - 1, up_to_id=ids[-1]) if ids else []
        return [tick for tick in found if tick.id in wanted]
    base = symbol_number(symbol) << ID_BITS
    query = {"_id": {"$in": [base + id for id in ids]}}
    return [_tick(symbol, row) for row in collection("ticks").find(query, sort=[("_id", 1)])]


def load_ticks_down(symbol: str, *, before_id: int, down_to: datetime) -> list[Tick]:
    """Ticks with id < before_id back to the first one traded before `down_to`, that one left out; by id."""
    base = symbol_number(symbol) << ID_BITS
    query = {"_id": {"$gte": base, "$lt": base + before_id}}
    with collection("ticks").find(query, sort=[("_id", -1)], batch_size=1_000) as cursor:
        found = takewhile(lambda row: row["traded_at"] >= down_to, cursor)
        return [_tick(symbol, row) for row in found][::-1]


def load_ticks_up(symbol: str, *, after_id: int, before: datetime) -> list[Tick]:
    """Ticks with id > after_id up to the first one traded at or after `before`, that one left out; by id."""
    base = symbol_number(symbol) << ID_BITS
    query = {"_id": {"$gt": base + after_id, "$lt": base + (1 << ID_BITS)}}
    with collection("ticks").find(query, sort=[("_id", 1)], batch_size=1_000) as cursor:
        return [_tick(symbol, row) for row in takewhile(lambda row: row["traded_at"] < before, cursor)]


def load_neighbour_ticks(symbol: str, first_id: int, last_id: int) -> tuple[Tick | None, Tick | None]:
    """The nearest ticks before first_id and behind last_id."""
    base = symbol_number(symbol) << ID_BITS
    before = collection("ticks").find_one({"_id": {"$gte": base, "$lt": base + first_id}}, sort=[("_id", -1)])
    behind = collection("ticks").find_one(
        {"_id": {"$gt": base + last_id, "$lt": base + (1 << ID_BITS)}}, sort=[("_id", 1)]
    )
    return (_tick(symbol, before) if before else None, _tick(symbol, behind) if behind else None)


def load_last_tick(symbol: str, *, up_to_id: int = MAX_ID, before: datetime | None = None) -> Tick | None:
    """The tick with the highest id <= up_to_id, of those traded before a moment, or None."""
    return _edge_tick(symbol, -1, {"$lte": up_to_id}, {"$lt": before} if before else None)


def load_first_tick(symbol: str, *, after_id: int = -1, since: datetime | None = None) -> Tick | None:
    """The tick with the lowest id > after_id that retention has left, of those traded since, or None."""
    return _edge_tick(symbol, 1, {"$gt": after_id}, {"$gte": since} if since else None)


def load_nth_id(symbol: str, *, after_id: int, nth: int) -> int | None:
    """The id of the `nth` stored tick (from 1) behind after_id, None when there are not so many."""
    base = symbol_number(symbol) << ID_BITS
    query = {"_id": {"$gt": base + after_id, "$lt": base + (1 << ID_BITS)}}
    found = list(collection("ticks").find(query, {"_id": 1}, sort=[("_id", 1)], skip=nth - 1, limit=1))
    return int(found[0]["_id"]) & ((1 << ID_BITS) - 1) if found else None


def count_ticks(symbol: str, first_id: int, last_id: int) -> int:
    """How many ticks of first_id..last_id are stored."""
    base = symbol_number(symbol) << ID_BITS
    return collection("ticks").count_documents({"_id": {"$gte": base + first_id, "$lte": base + last_id}})


def symbol_number(symbol: str) -> int:
    """The number that stands for a symbol in tick keys, given on first use."""
    key = (load_settings().database, symbol)
    if key not in _numbers:
        _numbers[key] = _load_symbol_number(symbol)
    return _numbers[key]


def _load_symbol_number(symbol: str) -> int:
    counters = collection("counters", durable=True)
    name = {"_id": f"symbol:{symbol}"}
    if counters.find_one(name) is None:
        counters.update_one(name, {"$setOnInsert": {"number": _next_symbol_number()}}, upsert=True)
    return int(counters.find(name)[0]["number"])


def _next_symbol_number() -> int:
    taken = collection("counters", durable=True).find_one_and_update(
        {"_id": "symbols"}, {"$inc": {"number": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    return int((taken or {})["number"])


def _edge_tick(
    symbol: str, order: int, ids: dict[str, int], times: dict[str, datetime] | None
) -> Tick | None:
    base = symbol_number(symbol) << ID_BITS
    bounds = {"$gte": base, "$lte": base + MAX_ID} | {name: base + id for name, id in ids.items()}
    query: Document = {"_id": bounds} | ({"traded_at": times} if times else {})
    found = collection("ticks").find_one(query, sort=[("_id", order)])
    return _tick(symbol, found) if found else None


def _repeats(error: BulkWriteError) -> int:
    failures: Iterable[dict[str, Any]] = error.details["writeErrors"]
    repeats = sum(1 for failure in failures if failure["code"] == DUPLICATE_KEY)
    if repeats < len(error.details["writeErrors"]) or error.details.get("writeConcernErrors"):
        raise error
    return repeats


def _documents(ticks: Sequence[Tick]) -> list[Document]:
    numbers = {symbol: symbol_number(symbol) << ID_BITS for symbol in {tick.symbol for tick in ticks}}
    moments = {tick.traded_at for tick in ticks} | {tick.received_at for tick in ticks}
    stored = {moment: DatetimeMS(moment) for moment in moments}  # half as dear to encode as with a time zone
    return [
        {
            "_id": numbers[tick.symbol] | tick.id,
            "price": tick.price,
            "quantity": tick.quantity,
            "traded_at": stored[tick.traded_at],
            "received_at": stored[tick.received_at],
            "buyer_is_maker": tick.buyer_is_maker,
            "first_trade_id": tick.first_trade_id,
            "last_trade_id": tick.last_trade_id,
        }
        for tick in ticks
    ]


def _tick(symbol: str, document: Document) -> Tick:
    return Tick(
        symbol=symbol,
        id=document["_id"] & ((1 << ID_BITS) - 1),
        price=document["price"],
        quantity=document["quantity"],
        traded_at=document["traded_at"],
        received_at=document["received_at"],
        buyer_is_maker=document["buyer_is_maker"],
        first_trade_id=document["first_trade_id"],
        last_trade_id=document["last_trade_id"],
    )
