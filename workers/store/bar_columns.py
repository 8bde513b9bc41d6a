"""Bars as bare columns: what indicators read of the collection `bars` (bars.py describes it)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from analytics.records.columns import BarColumns
from analytics.records.snapshots import TradedSums
from workers.store.database import Document, collection

_STORED = ("high", "low", "close", "volume", "quote_volume", "is_final")


class BarRow(NamedTuple):
    """One bar of `BarColumns`; the start in seconds since 1970."""

    start: int
    high: float
    low: float
    close: float
    volume: float
    quote_volume: float
    is_final: bool


def load_newest_rows(symbol: str, timeframe: str, *, end: datetime | None, limit: int) -> list[BarRow]:
    """The newest `limit` bars that start before `end`, oldest first."""
    return _rows(_query(symbol, timeframe, None, end), order=-1, limit=limit)[::-1]


def load_oldest_rows(
    symbol: str, timeframe: str, *, start: datetime, end: datetime, limit: int
) -> list[BarRow]:
    """The oldest `limit` bars with start <= bar.start < end, oldest first."""
    return _rows(_query(symbol, timeframe, start, end), order=1, limit=limit)


def load_rows_saved_since(
    symbols: Sequence[str], timeframe: str, moment: datetime, *, limit: int
) -> list[tuple[str, BarRow]]:
    """Bars of several symbols written at or after a moment of our clock, at most `limit`, in no order."""
    query: Document = {"symbol": {"$in": list(symbols)}, "timeframe": timeframe, "saved_at": {"$gte": moment}}
    fields = ["$symbol", *_fields()]
    stages: list[Document] = [
        {"$match": query},
        {"$limit": limit},
        {"$project": {"_id": 0, "row": fields}},
    ]
    found = collection("bars").aggregate(stages, batchSize=limit)
    return [(row[0], _row(row[1:])) for row in (document["row"] for document in found)]


def columns_of_rows(symbol: str, timeframe: str, rows: Sequence[BarRow]) -> BarColumns:
    """Rows, oldest first, as columns."""
    columns = zip(*rows, strict=True) if rows else [()] * len(BarRow._fields)
    return BarColumns(symbol, timeframe, *columns)


def load_session_before(symbol: str, timeframe: str, until: datetime, *, around: float) -> TradedSums:
    """What the bars of the UTC day before `until` hold together, as `TradedSums` counts it.

    Squares are summed about a price near by, so that little is lost in the difference.
    """
    begin = until.replace(hour=0, minute=0, second=0, microsecond=0)
    away = {"$subtract": ["$quote_volume", {"$multiply": [around, "$volume"]}]}
    square = {"$divide": [{"$multiply": [away, away]}, "$volume"]}
    sums = {"quote": {"$sum": "$quote_volume"}, "base": {"$sum": "$volume"}, "squares": {"$sum": square}}
    stages: list[Document] = [
        {"$match": _query(symbol, timeframe, begin, until) | {"volume": {"$gt": 0}}},
        {"$group": {"_id": None} | sums},
    ]
    found = next(iter(collection("bars").aggregate(stages)), None)
    if found is None:
        return TradedSums()
    quote, base = found["quote"], found["base"]
    return TradedSums(quote, base, max(0.0, found["squares"] - (quote - around * base) ** 2 / base))


def start_of(second: int) -> datetime:
    """The start of a bar as a moment."""
    return datetime.fromtimestamp(second, UTC)


def _rows(query: Document, *, order: int, limit: int) -> list[BarRow]:
    stages: list[Document] = [
        {"$match": query},
        {"$sort": {"start": order}},
        {"$limit": limit},
        {"$project": {"_id": 0, "row": list(_fields())}},
    ]
    found = collection("bars").aggregate(stages, batchSize=limit)
    return [_row(document["row"]) for document in found]


def _fields() -> Sequence[object]:
    return [{"$toLong": "$start"}, *(f"${name}" for name in _STORED)]


def _row(values: Sequence[float]) -> BarRow:
    milliseconds, *numbers = values
    return BarRow(int(milliseconds) // 1_000, *numbers)  # type: ignore[arg-type]  # in the order of _STORED


def _query(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> Document:
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query: Document = {"symbol": symbol, "timeframe": timeframe}
    return query | {"start": bounds} if bounds else query
