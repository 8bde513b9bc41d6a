"""JSON of indicator snapshots and of completeness."""

from collections.abc import Sequence

from analytics.records.divergences import (
    DIVERGENCE_BARS_NEEDED,
    DIVERGENCE_LASTS_BARS,
    Divergence,
    Pivot,
)
from analytics.records.snapshots import Completeness, IndicatorHistory, IndicatorSnapshot
from workers.messages.envelope import JSON
from workers.messages.times import iso

NOTHING_EXPECTED = Completeness(0, 0, 0, 0)


def completeness_json(completeness: Completeness) -> JSON:
    """How whole the bars behind a number are."""
    return {
        "expected": completeness.expected,
        "present": completeness.present,
        "final": completeness.final,
        "open_gaps": completeness.open_gaps,
    }


def indicator_snapshot_json(snapshot: IndicatorSnapshot) -> JSON:
    """One snapshot with the state of each value."""
    values = {
        name: {
            "value": value.value,
            "state": value.state,
            "bars_needed": value.bars_needed,
            "bars_present": value.bars_present,
            "reason": value.reason,
        }
        for name, value in snapshot.values.items()
    }
    return {
        "symbol": snapshot.symbol,
        "timeframe": snapshot.timeframe,
        "as_of": iso(snapshot.as_of),
        "computed_at": iso(snapshot.computed_at),
        "values": values,
        "divergence": divergence_json(snapshot.divergence) if snapshot.divergence else None,
        "divergence_reason": None if snapshot.divergence else _why_none(snapshot),
        "completeness": completeness_json(snapshot.completeness),
    }


def divergence_json(divergence: Divergence) -> JSON:
    """A divergence: its two pivots, and the bar at whose close it became known."""
    return {
        "kind": divergence.kind,
        "first": _pivot(divergence.first),
        "second": _pivot(divergence.second),
        "confirmed_at": iso(divergence.confirmed_at),
    }


def _pivot(pivot: Pivot) -> JSON:
    return {"ts": iso(pivot.start), "price": pivot.price, "rsi": pivot.rsi}


def _why_none(snapshot: IndicatorSnapshot) -> str:
    present = max((value.bars_present for value in snapshot.values.values()), default=0)
    if present < DIVERGENCE_BARS_NEEDED:
        return f"needs {DIVERGENCE_BARS_NEEDED} bars, has {present}"
    return f"none became known in the last {DIVERGENCE_LASTS_BARS} bars"


def indicators_json(symbol: str, timeframe: str, latest: IndicatorSnapshot | None) -> JSON:
    """State of an `indicators:` topic: the latest snapshot, null before the first."""
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "snapshot": indicator_snapshot_json(latest) if latest else None,
    }


def indicator_series_json(
    symbol: str, timeframe: str, history: IndicatorHistory, divergences: Sequence[Divergence]
) -> JSON:
    """History for a chart, as columns: `ts` and one list per figure, oldest first; divergences in rows."""
    latest = history.latest
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "ts": [iso(moment) for moment in history.as_of],
        "series": {name: list(column) for name, column in history.series.items()},
        "divergences": [divergence_json(divergence) for divergence in divergences],
        "latest": indicator_snapshot_json(latest) if latest else None,
        "as_of": iso(latest.as_of) if latest else None,
        "completeness": completeness_json(latest.completeness if latest else NOTHING_EXPECTED),
        "reasons": {} if latest else {"latest": "no bar with figures begins in this time"},
    }
