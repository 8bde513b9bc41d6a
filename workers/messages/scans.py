"""JSON of a scan: its scores as columns, and what a page is told when there is a new one."""

from dataclasses import asdict, replace

from analytics.records.scans import VERDICT_WORDS, ScanReport
from analytics.records.score_columns import Columns, score_columns
from workers.messages.envelope import JSON
from workers.messages.times import iso


def scan_json(report: ScanReport, columns: Columns | None = None) -> JSON:
    """A scan with all its scores as columns (score_columns.py); those that are given are its."""
    told = score_columns(report.symbols, report.scores) if columns is None else dict(columns)
    return scan_head_json(report) | {"words": dict(VERDICT_WORDS), "columns": told}


def scan_scores_json(report: ScanReport) -> JSON:
    """The same with a record for each score, as a file for others has it."""
    scores = [{**asdict(score), "text": score.text} for score in report.scores]
    return scan_head_json(report) | {"scores": scores}


def scan_head_json(report: ScanReport) -> JSON:
    """What is said of all its scores together."""
    told = asdict(replace(report, scores=())) | {
        "as_of": iso(report.as_of),
        "computed_at": iso(report.computed_at),
    }
    return {name: told[name] for name in told if name != "scores"}


def scan_news_json(timeframe: str, report: ScanReport | None) -> JSON:
    """State of a `scan:` topic: that there is a scan, of when, and how many finds; rows are in the API."""
    return {"timeframe": timeframe, "as_of": None} if report is None else scan_head_json(report)
