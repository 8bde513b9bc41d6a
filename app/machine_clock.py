"""Whether this machine's clock agrees with the exchange's."""

from analytics.records.quality import ClockCheck
from workers.messages.system import ClockState
from workers.settings import load_settings
from workers.store.quality import load_clock_check

# An exchange refuses what is signed a second ahead of its own clock.
MOST_OFFSET_MS = 500.0


def clock_state() -> ClockState | None:
    """How far the clocks are apart; None before the first look, and in a replay, whose time is another."""
    check = load_clock_check()
    return None if check is None or load_settings().source == "REPLAY" else judged(check)


def judged(check: ClockCheck) -> ClockState:
    """What one look says; the way there and back may explain half of itself."""
    is_wrong = abs(check.offset_ms) - check.round_trip_ms / 2 > MOST_OFFSET_MS
    return ClockState("wrong" if is_wrong else "ok", check.offset_ms)
