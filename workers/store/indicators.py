"""Indicator snapshots: one per symbol, timeframe and bar.

Example document:

    {"_id": "BTCUSDT:1m:1723161300000", "symbol": "BTCUSDT", "timeframe": "1m",
     "as_of": 2024-08-08T23:55:00Z, "computed_at": 2026-11-22T08:00:02.010Z,
     "values": {"rsi_14": {"value": 56.2, "state": "ready", "bars_needed": 15,
                           "bars_present": 500, "reason": None}, ...},
     "completeness": {"expected": 500, "present": 498, "final": 498, "open_gaps": 0},
     "expires_at": None}

Indexes: (symbol, timeframe, as_of), unique; a time-to-live on expires_at, which
only snapshots of one-second bars carry.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import ASCENDING, ReplaceOne

from analytics.records.snapshots import Completeness, IndicatorHistory, IndicatorSnapshot, IndicatorValue
from workers.store.database import Document, collection

ONE_SECOND_SNAPSHOTS_LAST = timedelta(hours=24)


def ensure_indexes() -> None:
    """By symbol, timeframe and bar; one-second snapshots expire."""
    keys = [("symbol", ASCENDING), ("timeframe", ASCENDING), ("as_of", ASCENDING)]
    collection("indicators").create_index(keys, name="by_bar", unique=True)
    collection("indicators").create_index("expires_at", name="retention", expireAfterSeconds=0)


def save_indicators(snapshots: Sequence[IndicatorSnapshot]) -> None:
    """Replace each snapshot by its natural key."""
    if snapshots:
        writes = [ReplaceOne({"_id": _key(row)}, _document(row), upsert=True) for row in snapshots]
        collection("indicators").bulk_write(writes, ordered=False)


def load_indicators(
    symbol: str,
    timeframe: str,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 0,
) -> list[IndicatorSnapshot]:
    """Snapshots with start <= as_of < end, oldest first; with `limit` the newest that many."""
    query = _range_query(symbol, timeframe, start, end)
    order = -1 if limit else 1
    found = [
        _snapshot(row) for row in collection("indicators").find(query, sort=[("as_of", order)], limit=limit)
    ]
    return found[::-1] if limit else found


def load_latest_indicators(symbol: str, timeframe: str) -> IndicatorSnapshot | None:
    """The newest snapshot, or None."""
    found = load_indicators(symbol, timeframe, limit=1)
    return found[0] if found else None


def load_indicator_history(
    symbol: str, timeframe: str, *, start: datetime | None, end: datetime | None, limit: int
) -> IndicatorHistory:
    """The figures of the newest `limit` snapshots with start <= as_of < end, as columns.

    MongoDB sends bare values: whole snapshots take ten times as long to read.
    """
    newest = load_indicators(symbol, timeframe, start=start, end=end, limit=1)
    if not newest:
        return IndicatorHistory((), {}, None)
    names = list(newest[0].values)
    found = collection("indicators").aggregate(
        [
            {"$match": _range_query(symbol, timeframe, start, end)},
            {"$sort": {"as_of": -1}},
            {"$limit": limit},
            {"$project": {"_id": 0, "as_of": 1, "v": [f"$values.{name}.value" for name in names]}},
        ],
        batchSize=limit,
    )
    rows = list(found)[::-1]
    columns = zip(*(row["v"] for row in rows), strict=True)
    return IndicatorHistory(
        as_of=[row["as_of"] for row in rows],
        series=dict(zip(names, columns, strict=True)),
        latest=newest[0],
    )


def _range_query(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> Document:
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query: Document = {"symbol": symbol, "timeframe": timeframe}
    return query | {"as_of": bounds} if bounds else query


def _key(row: IndicatorSnapshot) -> str:
    return f"{row.symbol}:{row.timeframe}:{int(row.as_of.timestamp() * 1000)}"


def _document(row: IndicatorSnapshot) -> Document:
    expires_at = row.computed_at + ONE_SECOND_SNAPSHOTS_LAST if row.timeframe == "1s" else None
    return {
        "_id": _key(row),
        "symbol": row.symbol,
        "timeframe": row.timeframe,
        "as_of": row.as_of,
        "computed_at": row.computed_at,
        "values": {name: asdict(value) for name, value in row.values.items()},
        "completeness": asdict(row.completeness),
        "expires_at": expires_at,
    }


def _snapshot(document: Document) -> IndicatorSnapshot:
    return IndicatorSnapshot(
        symbol=document["symbol"],
        timeframe=document["timeframe"],
        as_of=document["as_of"],
        computed_at=document["computed_at"],
        values={name: IndicatorValue(**value) for name, value in document["values"].items()},
        completeness=Completeness(**document["completeness"]),
    )
