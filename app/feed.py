"""Whether the exchange is heard: the market clock must go on."""

import threading
from datetime import datetime

from workers.messages.system import FeedState
from workers.settings import load_settings

SILENT_SECONDS = 15.0

_lock = threading.Lock()
_heard: dict[str, tuple[datetime, datetime]] = {}  # database -> (market clock, our time when it moved)


def feed_state(clock: datetime | None, now: datetime) -> FeedState:
    """The feed as of `now`, given the market clock as stored."""
    if clock is None:
        return FeedState("waiting", None, None)
    heard_at = _moved_at(clock, now)
    age = (now - heard_at).total_seconds()
    return FeedState("fresh" if age <= SILENT_SECONDS else "stale", heard_at, age)


def _moved_at(clock: datetime, now: datetime) -> datetime:
    settings = load_settings()
    with _lock:
        known = _heard.get(settings.database)
        if known is None:
            # First look: the clock itself says how old it is, but in a replay of an old day.
            known = (clock, now if settings.source == "REPLAY" else min(clock, now))
        elif known[0] != clock:
            known = (clock, now)
        _heard[settings.database] = known
        return known[1]
