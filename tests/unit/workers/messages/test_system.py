"""The state of the whole: delays are those of the slowest living process."""

from datetime import UTC, datetime, timedelta

from workers.messages.system import STALE_SECONDS, ProcessState, delays_json

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def _process(name: str, *, age_seconds: float = 1.0, **figures: float | int | str | None) -> ProcessState:
    beat_at = NOW - timedelta(seconds=age_seconds)
    return ProcessState(name, "here", 1, NOW - timedelta(hours=1), beat_at, figures)


def test_each_step_is_told_where_it_is_slowest() -> None:
    processes = [
        _process("stream", trade_to_stored_ms_p50=12.0, trade_to_sent_ms_p50=None),
        _process("stream", trade_to_stored_ms_p50=30.0),
        _process("stream", age_seconds=STALE_SECONDS + 1, trade_to_stored_ms_p50=900.0),
        _process("web", trade_to_drawn_ms_p99=80.5),
    ]
    told = delays_json(processes, NOW)
    nothing = {"p50": None, "p95": None, "p99": None}
    assert told == {
        "received": nothing,
        "stored": nothing | {"p50": 30.0},
        "sent": nothing,
        "drawn": nothing | {"p99": 80.5},
    }
