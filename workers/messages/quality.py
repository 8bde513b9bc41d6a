"""JSON of the Quality page: how whole each symbol is, the holes, and what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.records.market import Gap
from analytics.records.quality import (
    BarCheck,
    BarDifference,
    ClockCheck,
    ComparisonWish,
    SymbolQuality,
)
from analytics.records.snapshots import Completeness
from workers.messages.envelope import JSON
from workers.messages.snapshots import completeness_json
from workers.messages.times import iso, iso_or_none

RAW_CHARACTERS = 300  # of a message that could not be read

# Figures of the stream process that count what happened to messages, in this order.
COUNTERS = ("gaps_found", "repeats", "late", "malformed", "unkept", "placeholders")
DELAYS = ("stored_after_ms_p50", "stored_after_ms_p99")


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """One message that could not be read."""

    received_at: datetime
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class StreamCounters:
    """What the living stream processes count, since when."""

    since: datetime
    figures: Mapping[str, float | int | str | None]


def symbol_quality_json(
    symbol: str,
    quality: SymbolQuality | None,
    check: BarCheck | None,
    wish: ComparisonWish | None = None,
) -> JSON:
    """A row of the page; null where nothing was computed yet."""
    return {
        "symbol": symbol,
        "as_of": iso_or_none(quality.as_of if quality else None),
        "completeness": {name: _completeness(stamp) for name, stamp in quality.completeness.items()}
        if quality
        else None,
        "spans_since": iso_or_none(quality.spans_since if quality else None),
        "span_minutes": 15,
        "spans": list(quality.spans) if quality else [],
        "bar_check": bar_check_json(check) if check else None,
        "comparison_asked_at": iso_or_none(wish.asked_at if wish else None),
        "comparison_reason": wish.reason if wish else "",
    }


def bar_check_json(check: BarCheck) -> JSON:
    """What a comparison with the exchange's bars found."""
    return {
        "timeframe": check.timeframe,
        "since": iso(check.since),
        "until": iso(check.until),
        "compared": check.compared,
        "differing": check.differing,
        "worst": _difference(check.worst) if check.worst else None,
        "compared_at": iso_or_none(check.compared_at),
    }


def gap_json(gap: Gap) -> JSON:
    """A row of the ledger; its times are the exchange's."""
    return {
        "symbol": gap.symbol,
        "first_id": gap.first_id,
        "last_id": gap.last_id,
        "size": gap.size,
        "state": gap.state,
        "found_at": iso(gap.found_at),
        "after": iso_or_none(gap.after),
        "before": iso_or_none(gap.before),
        "tries": gap.tries,
        "tried_at": iso_or_none(gap.tried_at),
        "reason": gap.reason,
    }


def missing_json(gap: Gap) -> JSON:
    """A hole that is not repaired, and the stretches of ids that are still missing in it."""
    ranges = gap.missing or ((gap.first_id, gap.last_id),)
    return {
        "symbol": gap.symbol,
        "state": gap.state,
        "found_at": iso(gap.found_at),
        "missing": [list(stretch) for stretch in ranges],
    }


def quality_json(
    rows: Sequence[JSON],
    *,
    gaps: Sequence[Gap],
    unreadable: Sequence[UnreadableMessage],
    counters: StreamCounters | None,
    clock_check: ClockCheck | None,
    market_clock: datetime | None,
) -> JSON:
    """State of the `quality` topic, and of `/api/quality`."""
    figures = counters.figures if counters else {}
    return {
        "market_clock": iso_or_none(market_clock),
        "symbols": list(rows),
        "gaps": [gap_json(gap) for gap in gaps],
        "counters": {name: figures.get(name) for name in COUNTERS},
        "counted_since": iso_or_none(counters.since if counters else None),
        "lag": {name: figures.get(name) for name in DELAYS},
        "clock": _clock(clock_check) if clock_check else None,
        "quarantine": [_unreadable(message) for message in unreadable],
    }


def _completeness(stamp: Completeness) -> JSON:
    """The stamp with the share of bars that are there and final."""
    return completeness_json(stamp) | {"share": stamp.final / stamp.expected if stamp.expected else None}


def _difference(worst: BarDifference) -> JSON:
    return {"ts": iso(worst.start), "field": worst.field, "ours": worst.ours, "theirs": worst.theirs}


def _clock(check: ClockCheck) -> JSON:
    return {
        "offset_ms": check.offset_ms,
        "round_trip_ms": check.round_trip_ms,
        "checked_at": iso(check.checked_at),
    }


def _unreadable(message: UnreadableMessage) -> JSON:
    text = message.raw.decode("utf-8", "replace")
    return {
        "received_at": iso(message.received_at),
        "reason": message.reason,
        "raw": text[:RAW_CHARACTERS],
        "is_cut": len(text) > RAW_CHARACTERS,
    }
