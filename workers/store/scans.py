"""The newest scan of the watch-list: one document per timeframe.

Example document:

    {"_id": "1m", "timeframe": "1m", "window": 1440, "as_of": 2024-08-08T23:55:00Z,
     "computed_at": 2026-11-22T08:00:02Z, "symbols": ["BTCUSDT", "ETHUSDT"], "reasons": {},
     "luck": {"alpha": 0.05, "pairs": 1, "expected_by_luck": 0.05, "found_before": 0,
              "found_after": 0, "confirmed": 0}, "least_volume": 0.0,
     "columns": {"y": "[0,1]", "x": "[1,0]", "beta": "[0.71,1.3]", "p_value": "[0.41,0.44]", ...},
     "completeness": {"expected": 1440, "present": 1440, "final": 1440, "open_gaps": 0}}

Each column is JSON text (score_columns.py): the rows of 200 symbols take half of what a
document may. Where the symbols have too few bars it holds `timeframe` and `symbols` alone.
Known by its id: no index beside that.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from analytics.records.scans import ScanLuck, ScanReport
from analytics.records.score_columns import Columns, score_columns
from analytics.records.snapshots import Completeness
from workers.store.database import Document, collection

_IS_SCAN: Document = {"columns": {"$exists": True}}
_HEAD = tuple(name for name in ScanReport.__dataclass_fields__ if name != "scores")


def save_scan(report: ScanReport) -> None:
    """Replace the scan of its timeframe."""
    columns = score_columns(report.symbols, report.scores)
    texts = {name: json.dumps(columns[name], separators=(",", ":")) for name in columns}
    row = asdict(replace(report, scores=())) | {"columns": texts}
    del row["scores"]
    collection("scans").replace_one({"_id": report.timeframe}, row, upsert=True)


def save_no_scan(timeframe: str, symbols: Sequence[str]) -> None:
    """These symbols have too few bars to scan: what is stored of others is theirs no longer."""
    row = {"timeframe": timeframe, "symbols": list(symbols)}
    collection("scans").replace_one({"_id": timeframe}, row, upsert=True)


def load_scan_head(timeframe: str) -> ScanReport | None:
    """The newest scan of a timeframe without its scores, or None."""
    row = collection("scans").find_one({"_id": timeframe} | _IS_SCAN, {"columns": 0})
    return _head(row) if row else None


def load_scan_columns(timeframe: str) -> tuple[ScanReport, Columns] | None:
    """The same, its scores as columns."""
    row = collection("scans").find_one({"_id": timeframe} | _IS_SCAN)
    return (_head(row), _columns(row)) if row else None


def load_q_values(timeframe: str, *, since: datetime) -> dict[tuple[str, str], float | None]:
    """The q of every pair (y, x) in the newest scan of a timeframe; none when that ends before `since`."""
    wanted = {"symbols": 1, "columns.y": 1, "columns.x": 1, "columns.q_value": 1}
    row = collection("scans").find_one({"_id": timeframe, "as_of": {"$gte": since}} | _IS_SCAN, wanted)
    if row is None:
        return {}
    symbols, columns = row["symbols"], _columns(row)
    rows = zip(columns["y"], columns["x"], columns["q_value"], strict=True)
    return {(symbols[y], symbols[x]): q for y, x, q in rows}


def load_scanned_symbols() -> dict[str, list[str]]:
    """Which symbols were scanned last, or had too few bars for it, by timeframe."""
    found = collection("scans").find({}, {"timeframe": 1, "symbols": 1})
    return {row["timeframe"]: row["symbols"] for row in found}


def _columns(row: Document) -> Columns:
    return {name: json.loads(text) for name, text in row["columns"].items()}


def _head(row: Document) -> ScanReport:
    values = {name: row[name] for name in _HEAD}
    parts = {"luck": ScanLuck(**row["luck"]), "completeness": Completeness(**row["completeness"])}
    return ScanReport(**values | parts, scores=[])
