"""Bars: one document per symbol, timeframe and start; replaced, never incremented.

Example document:

    {"_id": "BTCUSDT:1m:1723161300000",
     "symbol": "BTCUSDT", "timeframe": "1m", "start": 2024-08-08T23:55:00Z,
     "open": 61828.0, "high": 61860.8, "low": 61780.0, "close": 61782.25,
     "volume": 15.07702, "quote_volume": 931980.6, "trades": 1255, "taker_buy_volume": 6.1,
     "first_id": 3735684105, "last_id": 3735685359, "is_final": True, "source": "ticks",
     "saved_at": 2026-11-22T08:00:01.230Z}

Indexes: (symbol, timeframe, start), unique; (symbol, timeframe, saved_at), by
which a reader that keeps bars finds those that were corrected meanwhile; the
first again over the bars that are not final.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from pymongo import ASCENDING, InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from analytics.records.closes import Closes
from analytics.records.market import Bar
from analytics.timeframes import FOLDED_FROM
from workers.store.database import DUPLICATE_KEY, Document, collection
from workers.store.kept_closes import KeptCloses, read_closes

_FIELDS = tuple(Bar.__dataclass_fields__)
_kept = {timeframe: KeptCloses(timeframe) for timeframe in FOLDED_FROM}


def ensure_indexes() -> None:
    """By symbol and timeframe: in order of start, and in order of saving."""
    series = [("symbol", ASCENDING), ("timeframe", ASCENDING)]
    collection("bars").create_index([*series, ("start", ASCENDING)], name="by_start", unique=True)
    collection("bars").create_index([*series, ("saved_at", ASCENDING)], name="by_saving")
    collection("bars").create_index(
        [*series, ("start", ASCENDING)], name="unfinished", partialFilterExpression={"is_final": False}
    )


def save_bars(bars: Sequence[Bar]) -> None:
    """Replace each bar by its natural key."""
    if bars:
        saved_at = {"saved_at": datetime.now(UTC)}
        writes = [ReplaceOne({"_id": _key(bar)}, _document(bar) | saved_at, upsert=True) for bar in bars]
        collection("bars").bulk_write(writes, ordered=False)


def save_exchange_bars(bars: Sequence[Bar]) -> None:
    """Replace each bar by its natural key, unless one made of ticks stands there."""
    _write_bars([({"_id": _key(bar), "source": {"$ne": "ticks"}}, bar) for bar in bars])


def save_fuller_bars(bars: Sequence[Bar]) -> None:
    """Replace each bar by its natural key, unless one of more trades stands there."""
    _write_bars([({"_id": _key(bar), "trades": {"$lte": bar.trades}}, bar) for bar in bars])


def _write_bars(bars: Sequence[tuple[Document, Bar]]) -> None:
    """Put each bar in the place of what meets its condition, or of nothing."""
    saved_at = {"saved_at": datetime.now(UTC)}
    writes = [ReplaceOne(condition, _document(bar) | saved_at, upsert=True) for condition, bar in bars]
    try:
        if writes:
            collection("bars").bulk_write(writes, ordered=False)
    except BulkWriteError as error:  # an upsert beside one that stays
        if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
            raise


def replace_bars(changes: Iterable[tuple[Bar | None, Bar]]) -> None:
    """Put each new bar where there still stands what was read: that bar, or none.

    What somebody else changed meanwhile stays.
    """
    saved_at = {"saved_at": datetime.now(UTC)}
    writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
        InsertOne(_document(new) | saved_at)
        if known is None
        else ReplaceOne(_document(known), _document(new) | saved_at)
        for known, new in changes
    ]
    try:
        if writes:
            collection("bars").bulk_write(writes, ordered=False)
    except BulkWriteError as error:  # a bar was made where there was none
        if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
            raise


def load_bars(
    symbol: str,
    timeframe: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 0,
) -> list[Bar]:
    """Bars with start <= bar.start < end, oldest first; with `limit` the newest that many."""
    query = _range_query(symbol, timeframe, start, end)
    order = -1 if limit else 1
    found = collection("bars").find(query, sort=[("start", order)], limit=limit, batch_size=5_000)
    bars = [_bar(document) for document in found]
    return bars[::-1] if limit else bars


def load_first_bars(symbol: str, timeframe: str, *, start: datetime, end: datetime, limit: int) -> list[Bar]:
    """The oldest `limit` bars with start <= bar.start < end, oldest first."""
    query = _range_query(symbol, timeframe, start, end)
    return [_bar(document) for document in collection("bars").find(query, sort=[("start", 1)], limit=limit)]


def load_nth_start(
    symbol: str, timeframe: str, *, start: datetime | None, end: datetime | None, nth: int
) -> datetime | None:
    """The start of the `nth` bar (from 1) with start <= bar.start < end, None when there are not so many."""
    query, shown = _range_query(symbol, timeframe, start, end), {"_id": 0, "start": 1}
    found = list(collection("bars").find(query, shown, sort=[("start", 1)], skip=nth - 1, limit=1))
    return found[0]["start"] if found else None


def count_bars(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> tuple[int, int]:
    """How many bars start in that time, and how many of them are not final."""
    query = _range_query(symbol, timeframe, start, end)
    stored = collection("bars")
    return stored.count_documents(query), stored.count_documents(query | {"is_final": False})


def load_id_span(symbol: str, start: datetime | None, end: datetime | None) -> tuple[int | None, int | None]:
    """First and last id of the seconds made of ticks in that time; None without such a second."""
    query = _range_query(symbol, "1s", start, end) | {"first_id": {"$ne": None}}
    first = collection("bars").find_one(query, {"first_id": 1}, sort=[("start", 1)])
    last = collection("bars").find_one(query, {"last_id": 1}, sort=[("start", -1)])
    return (first["first_id"] if first else None, last["last_id"] if last else None)


def load_bars_saved_since(symbol: str, timeframe: str, moment: datetime, *, limit: int) -> list[Bar]:
    """Bars written at or after a moment of our clock, new and corrected ones, at most `limit`."""
    query: Document = {"symbol": symbol, "timeframe": timeframe, "saved_at": {"$gte": moment}}
    found = collection("bars").find(query, sort=[("saved_at", 1)], limit=limit, batch_size=limit)
    return [_bar(document) for document in found]


def load_unfinished_bars(
    symbol: str,
    start: datetime | None,
    end: datetime | None,
    *,
    timeframes: Sequence[str] = tuple(FOLDED_FROM),
) -> list[Bar]:
    """Bars with start <= bar.start < end that are not marked final, by default those longer than a second."""
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query: Document = {"symbol": symbol, "timeframe": {"$in": list(timeframes)}, "is_final": False}
    if bounds:
        query["start"] = bounds
    return [_bar(document) for document in collection("bars").find(query, sort=[("start", 1)])]


def load_bar_before(symbol: str, second: datetime) -> Bar | None:
    """The nearest one-second bar made of ticks before a second."""
    query = {"symbol": symbol, "timeframe": "1s", "first_id": {"$ne": None}, "start": {"$lt": second}}
    found = collection("bars").find_one(query, sort=[("start", -1)])
    return _bar(found) if found else None


def load_closes(symbols: Sequence[str], timeframe: str, end: datetime, limit: int) -> dict[str, Closes]:
    """The closes of the newest `limit` bars of each symbol that start before `end`, oldest first.

    Those of minutes and longer bars are kept in the process and only brought up to date.
    """
    if timeframe in _kept:
        return _kept[timeframe].closes(symbols, end, limit)
    return {symbol: read_closes(symbol, timeframe, end, limit) for symbol in symbols}


def _range_query(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> Document:
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query: Document = {"symbol": symbol, "timeframe": timeframe}
    return query | {"start": bounds} if bounds else query


def _key(bar: Bar) -> str:
    return f"{bar.symbol}:{bar.timeframe}:{int(bar.start.timestamp() * 1000)}"


def _document(bar: Bar) -> Document:
    return {"_id": _key(bar)} | {name: getattr(bar, name) for name in _FIELDS}


def _bar(document: Document) -> Bar:
    return Bar(**{name: document[name] for name in _FIELDS})
