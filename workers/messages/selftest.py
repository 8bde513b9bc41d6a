"""JSON of the self-test."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from analytics.records.selftest import FalsePositives, Finding, PairFindings
from workers.messages.envelope import JSON
from workers.messages.snapshots import completeness_json
from workers.messages.times import iso, iso_or_none


def self_test_json(
    pairs: Sequence[PairFindings],
    luck: FalsePositives,
    *,
    source: str,
    seed: int | None,
    reason: str | None,
    computed_at: datetime,
) -> JSON:
    """The result of one self-test."""
    return {
        "source": source,
        "seed": seed,  # of the market
        "reason": reason,  # why nothing planted is shown
        "computed_at": iso(computed_at),
        "planted": [pair_findings_json(found) for found in pairs],
        "false_positives": {**asdict(luck), "share": luck.share, "passed": luck.passed},
    }


def pair_findings_json(found: PairFindings) -> JSON:
    """One planted pair."""
    planted = found.planted
    return {
        "y": planted.y,
        "x": planted.x,
        "timeframe": found.timeframe,
        "bars": found.bars,
        "as_of": iso_or_none(found.as_of),
        "completeness": completeness_json(found.completeness) if found.completeness else None,
        "holds_from": iso_or_none(planted.holds_from),
        "breaks_at": iso_or_none(planted.breaks_at),
        "mends_at": iso_or_none(planted.mends_at),
        "findings": [_finding(finding) for finding in found.findings],
        "reason": found.reason,
    }


def _finding(finding: Finding) -> JSON:
    both = finding.planted is not None and finding.found is not None
    difference = finding.found - finding.planted if both else None  # type: ignore[operator] # both are there
    return {**asdict(finding), "difference": difference}
