"""Indicator snapshots: one per symbol, timeframe and bar.

Example document:

    {"_id": "BTCUSDT:1m:1723161300000", "symbol": "BTCUSDT", "timeframe": "1m",
     "as_of": 2024-08-08T23:55:00Z, "computed_at": 2026-11-22T08:00:02.010Z,
     "values": {"rsi_14": {"value": 56.2, "state": "ready", "bars_needed": 15,
                           "bars_present": 500, "reason": None}, ...},
     "completeness": {"expected": 500, "present": 498, "final": 498, "open_gaps": 0},
     "divergence": {"kind": "regular_bullish", "first": {...}, "second": {...}, "confirmed_at": ...},
     "session": [931980.6, 15.07702, 1204.7],    # quote volume, volume, squares since 00:00 UTC
     "expires_at": None}

Indexes: (symbol, timeframe, as_of), unique; a time-to-live on expires_at, which
only snapshots of one-second bars carry.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import ASCENDING, ReplaceOne

from analytics.records.divergences import Divergence, Pivot
from analytics.records.snapshots import (
    Completeness,
    IndicatorHistory,
    IndicatorSnapshot,
    IndicatorValue,
    TradedSums,
)
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


def load_session_sums(
    bars: Sequence[tuple[str, str, datetime]],
) -> dict[tuple[str, str, datetime], TradedSums]:
    """What the session held with each of these bars (symbol, timeframe, start); unknown ones are missing."""
    wanted = {_id(*bar): bar for bar in bars}
    if not wanted:
        return {}
    found = collection("indicators").find({"_id": {"$in": list(wanted)}}, {"session": 1})
    return {wanted[row["_id"]]: TradedSums(*row["session"]) for row in found if row.get("session")}


def load_indicator_history(
    symbol: str,
    timeframe: str,
    *,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    names: Sequence[str] | None = None,
) -> IndicatorHistory:
    """The figures of the newest `limit` snapshots with start <= as_of < end, as columns; by default all.

    MongoDB sends bare values: whole snapshots take ten times as long to read.
    """
    newest = load_indicators(symbol, timeframe, start=start, end=end, limit=1)
    if not newest:
        return IndicatorHistory((), {}, None)
    names = [name for name in newest[0].values if names is None or name in names]
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


def load_first_figures(
    symbol: str, timeframe: str, *, names: Sequence[str], start: datetime, end: datetime, limit: int
) -> list[tuple[datetime, list[float | None]]]:
    """Some figures of the oldest `limit` snapshots with start <= as_of < end, oldest first; bare values."""
    found = collection("indicators").aggregate(
        [
            {"$match": _range_query(symbol, timeframe, start, end)},
            {"$sort": {"as_of": 1}},
            {"$limit": limit},
            {"$project": {"_id": 0, "as_of": 1, "v": [f"$values.{name}.value" for name in names]}},
        ],
        batchSize=limit,
    )
    return [(row["as_of"], row["v"]) for row in found]


def load_nth_as_of(
    symbol: str, timeframe: str, *, start: datetime | None, end: datetime | None, nth: int
) -> datetime | None:
    """The bar of the `nth` snapshot (from 1) with start <= as_of < end, None when there are not so many."""
    query, shown = _range_query(symbol, timeframe, start, end), {"_id": 0, "as_of": 1}
    found = list(collection("indicators").find(query, shown, sort=[("as_of", 1)], skip=nth - 1, limit=1))
    return found[0]["as_of"] if found else None


def count_indicators(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> int:
    """How many snapshots there are of bars that start in that time."""
    return collection("indicators").count_documents(_range_query(symbol, timeframe, start, end))


def _range_query(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> Document:
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query: Document = {"symbol": symbol, "timeframe": timeframe}
    return query | {"as_of": bounds} if bounds else query


def _id(symbol: str, timeframe: str, as_of: datetime) -> str:
    return f"{symbol}:{timeframe}:{int(as_of.timestamp() * 1000)}"


def _key(row: IndicatorSnapshot) -> str:
    return _id(row.symbol, row.timeframe, row.as_of)


def _document(row: IndicatorSnapshot) -> Document:
    expires_at = row.computed_at + ONE_SECOND_SNAPSHOTS_LAST if row.timeframe == "1s" else None
    held = row.session
    return {
        "_id": _key(row),
        "symbol": row.symbol,
        "timeframe": row.timeframe,
        "as_of": row.as_of,
        "computed_at": row.computed_at,
        "values": {name: _value_document(value) for name, value in row.values.items()},
        "completeness": asdict(row.completeness),
        "divergence": asdict(row.divergence) if row.divergence else None,
        "session": [held.quote_volume, held.volume, held.squares] if held else None,
        "expires_at": expires_at,
    }


def _value_document(value: IndicatorValue) -> Document:
    # By hand: `asdict` takes ten times as long, and this runs for every figure of every second.
    return {
        "value": value.value,
        "state": value.state,
        "bars_needed": value.bars_needed,
        "bars_present": value.bars_present,
        "reason": value.reason,
    }


def _snapshot(document: Document) -> IndicatorSnapshot:
    held = document.get("session")
    return IndicatorSnapshot(
        symbol=document["symbol"],
        timeframe=document["timeframe"],
        as_of=document["as_of"],
        computed_at=document["computed_at"],
        values={name: IndicatorValue(**value) for name, value in document["values"].items()},
        completeness=Completeness(**document["completeness"]),
        divergence=_divergence(document.get("divergence")),
        session=TradedSums(*held) if held else None,
    )


def _divergence(document: Document | None) -> Divergence | None:
    if document is None:
        return None
    pivots = (Pivot(**document["first"]), Pivot(**document["second"]))
    return Divergence(document["kind"], *pivots, document["confirmed_at"])
