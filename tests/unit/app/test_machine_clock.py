"""When the clock of this machine is wrong."""

from datetime import UTC, datetime

import pytest

from analytics.records.quality import ClockCheck
from app.machine_clock import judged


@pytest.mark.parametrize(
    ("offset_ms", "round_trip_ms", "state"),
    [(3.0, 4.0, "ok"), (-3_600_000.0, 4.0, "wrong"), (900.0, 1_000.0, "ok"), (1_100.0, 1_000.0, "wrong")],
)
def test_half_of_the_way_is_allowed_for(offset_ms: float, round_trip_ms: float, state: str) -> None:
    check = ClockCheck(offset_ms, round_trip_ms, checked_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert judged(check).state == state
