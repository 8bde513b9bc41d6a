"""The newest correlations of the watch-list: one document per timeframe, window and method.

Example document:

    {"_id": "1m:1440:pearson", "timeframe": "1m", "window": 1440, "method": "pearson",
     "as_of": 2024-08-08T23:55:00Z, "computed_at": 2026-11-22T08:00:02.010Z,
     "symbols": ["BTCUSDT", "ETHUSDT"], "returns": [1440, 1440], "order": ["BTCUSDT", "ETHUSDT"],
     "values": [[], [0.87]], "n": [[], [1440]], "p_values": [[], [0.0]], "reasons": {},
     "completeness": {"expected": 1440, "present": 1440, "final": 1440, "open_gaps": 0},
     "mean": 0.87, "volatility": 0.0011}

Where the symbols have too few bars there is one document with `timeframe` and `symbols` alone.
Known by its id: no index beside that.
"""

from collections.abc import Sequence
from datetime import datetime

from pymongo import DeleteOne, ReplaceOne

from analytics.records.correlations import CorrelationMethod, CorrelationSnapshot
from analytics.records.plain import plain
from analytics.records.snapshots import Completeness
from workers.store.database import Document, collection


def save_correlations(snapshots: Sequence[CorrelationSnapshot]) -> None:
    """Replace the snapshot of each timeframe, window and method."""
    if snapshots:
        rows = [{"_id": _key(row.timeframe, row.window, row.method)} | plain(row) for row in snapshots]
        writes = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows]
        none = [DeleteOne({"_id": _none(timeframe)}) for timeframe in {row.timeframe for row in snapshots}]
        collection("correlations").bulk_write([*writes, *none], ordered=False)


def save_no_correlations(timeframe: str, symbols: Sequence[str]) -> None:
    """These symbols have too few bars: what is stored of others is theirs no longer."""
    row = {"timeframe": timeframe, "symbols": list(symbols)}
    collection("correlations").replace_one({"_id": _none(timeframe)}, row, upsert=True)
    collection("correlations").delete_many({"timeframe": timeframe, "_id": {"$ne": _none(timeframe)}})


def load_correlations(timeframe: str, window: int, method: CorrelationMethod) -> CorrelationSnapshot | None:
    """One snapshot, or None."""
    row = collection("correlations").find_one({"_id": _key(timeframe, window, method)})
    return _snapshot(row) if row else None


def load_correlated_at(timeframe: str) -> datetime | None:
    """When the newest of them were computed."""
    query = {"timeframe": timeframe, "window": {"$exists": True}}
    row = collection("correlations").find_one(query, {"computed_at": 1}, sort=[("computed_at", -1)])
    return row["computed_at"] if row else None


def load_correlated_symbols() -> dict[str, list[str]]:
    """Whose correlations were computed last, or had too few bars for it, by timeframe."""
    found = collection("correlations").find({}, {"timeframe": 1, "symbols": 1})
    return {row["timeframe"]: row["symbols"] for row in found}


def _none(timeframe: str) -> str:
    return f"{timeframe}:none"


def _key(timeframe: str, window: int, method: str) -> str:
    return f"{timeframe}:{window}:{method}"


def _snapshot(row: Document) -> CorrelationSnapshot:
    values = {name: row[name] for name in CorrelationSnapshot.__dataclass_fields__ if name in row}
    return CorrelationSnapshot(**values | {"completeness": Completeness(**row["completeness"])})
