"""JSON of a scan: its rows, and what a page is told when there is a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from analytics.records.scans import ScanReport
from workers.messages.envelope import JSON
from workers.messages.times import iso

Told = Mapping[str, Any]  # JSON of a known shape, nested


def scan_json(report: ScanReport) -> JSON:
    """A scan with all its scores."""
    return asdict(report) | {"as_of": iso(report.as_of), "computed_at": iso(report.computed_at)}


def scan_news_json(timeframe: str, report: ScanReport | None) -> JSON:
    """State of a `scan:` topic: that there is a scan, of when, and how many finds; rows are in the API."""
    if report is None:
        return {"timeframe": timeframe, "as_of": None}
    told = scan_json(report)
    return {name: told[name] for name in told if name != "scores"}


def scan_page_json(told: Told, rows: Sequence[Told], *, total: int, offset: int) -> JSON:
    """Some rows of a scan, and how many there are under the same conditions."""
    head = {name: told[name] for name in told if name != "scores"}
    return head | {"total": total, "offset": offset, "rows": list(rows)}
