"""Divergences of price and RSI: one document each, from the bar at which it became known.

Example document:

    {"_id": "BTCUSDT:1m:1723161300000:regular_bullish", "symbol": "BTCUSDT", "timeframe": "1m",
     "kind": "regular_bullish", "confirmed_at": 2024-08-08T23:55:00Z,
     "first": {"start": 2024-08-08T23:20:00Z, "price": 61700.0, "rsi": 28.1},
     "second": {"start": 2024-08-08T23:50:00Z, "price": 61650.5, "rsi": 33.4},
     "expires_at": None}

Indexes: (symbol, timeframe, confirmed_at); a time-to-live on expires_at, which
only those of one-second bars carry.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, DeleteMany, ReplaceOne

from analytics.records.divergences import Divergence, Pivot
from workers.store.database import Document, collection

ONE_SECOND_DIVERGENCES_LAST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KnownDivergences:
    """All divergences of a symbol and timeframe that became known in (since, until]."""

    symbol: str
    timeframe: str
    since: datetime
    until: datetime
    found: Sequence[Divergence]


def ensure_indexes() -> None:
    """By symbol, timeframe and bar; those of one-second bars expire."""
    keys = [("symbol", ASCENDING), ("timeframe", ASCENDING), ("confirmed_at", ASCENDING)]
    collection("divergences").create_index(keys, name="by_bar")
    collection("divergences").create_index("expires_at", name="retention", expireAfterSeconds=0)


def save_divergences(stretches: Sequence[KnownDivergences]) -> None:
    """Have each stretch hold what was found in it, and nothing else."""
    writes: list[DeleteMany | ReplaceOne[Document]] = []
    for stretch in stretches:
        rows = [_document(stretch, one) for one in stretch.found]
        within = {"confirmed_at": {"$gt": stretch.since, "$lte": stretch.until}}
        others = (
            _query(stretch.symbol, stretch.timeframe) | within | {"_id": {"$nin": [r["_id"] for r in rows]}}
        )
        writes += [*(ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows), DeleteMany(others)]
    if writes:
        collection("divergences").bulk_write(writes, ordered=False)


def load_divergences(
    symbol: str, timeframe: str, *, start: datetime | None, end: datetime | None, limit: int
) -> list[Divergence]:
    """The newest `limit` with start <= confirmed_at < end, oldest first."""
    bounds = {name: moment for name, moment in (("$gte", start), ("$lt", end)) if moment is not None}
    query = _query(symbol, timeframe) | ({"confirmed_at": bounds} if bounds else {})
    found = collection("divergences").find(query, sort=[("confirmed_at", -1), ("_id", -1)], limit=limit)
    return [_divergence(document) for document in found][::-1]


def _query(symbol: str, timeframe: str) -> Document:
    return {"symbol": symbol, "timeframe": timeframe}


def _document(stretch: KnownDivergences, one: Divergence) -> Document:
    lasts = stretch.timeframe == "1s"
    moment = int(one.confirmed_at.timestamp() * 1000)
    return {
        "_id": f"{stretch.symbol}:{stretch.timeframe}:{moment}:{one.kind}",
        "symbol": stretch.symbol,
        "timeframe": stretch.timeframe,
        "kind": one.kind,
        "confirmed_at": one.confirmed_at,
        "first": asdict(one.first),
        "second": asdict(one.second),
        "expires_at": datetime.now(UTC) + ONE_SECOND_DIVERGENCES_LAST if lasts else None,
    }


def _divergence(document: Document) -> Divergence:
    return Divergence(
        document["kind"], Pivot(**document["first"]), Pivot(**document["second"]), document["confirmed_at"]
    )
