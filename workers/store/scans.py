"""The newest scan of the watch-list: one document per timeframe.

Example document:

    {"_id": "1m", "timeframe": "1m", "window": 1440, "as_of": 2024-08-08T23:55:00Z,
     "computed_at": 2026-11-22T08:00:02Z, "symbols": ["BTCUSDT", "ETHUSDT"], "reasons": {},
     "luck": {"alpha": 0.05, "pairs": 1, "expected_by_luck": 0.05, "found_before": 0,
              "found_after": 0, "confirmed": 0},
     "scores": [{"y": "BTCUSDT", "x": "ETHUSDT", "beta": 0.71, "p_value": 0.41, ...}],
     "completeness": {"expected": 1440, "present": 1440, "final": 1440, "open_gaps": 0}}

Known by its id alone: no index beside that.
"""

from dataclasses import asdict
from datetime import datetime

from analytics.records.scans import PairScore, ScanLuck, ScanReport
from analytics.records.snapshots import Completeness
from workers.store.database import Document, collection


def save_scan(report: ScanReport) -> None:
    """Replace the scan of its timeframe."""
    row = {"_id": report.timeframe} | asdict(report)
    collection("scans").replace_one({"_id": report.timeframe}, row, upsert=True)


def load_scan(timeframe: str) -> ScanReport | None:
    """The newest scan of a timeframe, or None."""
    row = collection("scans").find_one({"_id": timeframe})
    return _report(row) if row else None


def load_scan_head(timeframe: str) -> ScanReport | None:
    """The same without its scores."""
    row = collection("scans").find_one({"_id": timeframe}, {"scores": 0})
    return _report(row | {"scores": []}) if row else None


def load_q_values(timeframe: str, *, since: datetime) -> dict[tuple[str, str], float | None]:
    """The q of every pair (y, x) in the newest scan of a timeframe; none when that ends before `since`."""
    wanted = {"scores.y": 1, "scores.x": 1, "scores.q_value": 1}
    row = collection("scans").find_one({"_id": timeframe, "as_of": {"$gte": since}}, wanted)
    return {(score["y"], score["x"]): score["q_value"] for score in row["scores"]} if row else {}


def load_scanned_symbols() -> dict[str, list[str]]:
    """Which symbols were scanned last, by timeframe."""
    found = collection("scans").find({}, {"timeframe": 1, "symbols": 1})
    return {row["timeframe"]: row["symbols"] for row in found}


def _report(row: Document) -> ScanReport:
    values = {name: row[name] for name in ScanReport.__dataclass_fields__}
    parts = {
        "luck": ScanLuck(**row["luck"]),
        "scores": [PairScore(**score) for score in row["scores"]],
        "completeness": Completeness(**row["completeness"]),
    }
    return ScanReport(**values | parts)
