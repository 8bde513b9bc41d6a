"""JSON of indicator snapshots and of completeness."""

from analytics.records.snapshots import Completeness, IndicatorHistory, IndicatorSnapshot
from workers.messages.envelope import JSON
from workers.messages.times import iso


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
        "completeness": completeness_json(snapshot.completeness),
    }


def indicators_json(symbol: str, timeframe: str, latest: IndicatorSnapshot | None) -> JSON:
    """State of an `indicators:` topic: the latest snapshot, null before the first."""
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "snapshot": indicator_snapshot_json(latest) if latest else None,
    }


def indicator_series_json(symbol: str, timeframe: str, history: IndicatorHistory) -> JSON:
    """History for a chart, as columns: `ts` and one list per figure, oldest first."""
    return {
        "symbol": symbol,
        "timeframe": timeframe,
        "ts": [iso(moment) for moment in history.as_of],
        "series": {name: list(column) for name, column in history.series.items()},
        "latest": indicator_snapshot_json(history.latest) if history.latest else None,
    }
