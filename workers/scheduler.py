"""The schedule as beat runs it: sent by one beat at a time, on a clock that nobody can set.

A second beat that was started by mistake idles until the first one is gone. A
system clock that is set back an hour would have Celery's own scheduler wait for
that hour; this one counts on the monotonic clock. Nothing is kept on disk: every
entry looks for work that is due each time it runs.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from celery.schedules import maybe_schedule
from redis.exceptions import RedisError

from workers.coordination.single_flight import Flight
from workers.settings import load_settings

log = logging.getLogger(__name__)

LAPSES_SECONDS = 5.0  # after that a beat that was killed keeps no other one out
RENEW_SECONDS = 1.0
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)  # any moment will do: only differences count


def steady_now() -> datetime:
    """A time that goes on evenly whatever is done to the system's clock."""
    return _BEGIN + timedelta(seconds=time.monotonic())


class SteadyEntry(ScheduleEntry):
    """An entry whose interval is measured on the steady clock."""

    def __init__(
        self, *words: Any, schedule: Any = None, app: Any = None, **more: Any
    ) -> None:  # Any: Celery's
        steady = maybe_schedule(schedule, False, app=app)
        steady.nowfun = steady_now
        super().__init__(*words, schedule=steady, app=app, **more)


class OneScheduler(Scheduler):
    """Sends what is due while this beat is the one that may."""

    Entry = SteadyEntry

    def __init__(self, *words: Any, **options: Any) -> None:  # Any: Celery's
        self._flight: Flight | None = None
        self._renew_at = 0.0
        self._may: bool | None = None  # not known yet
        super().__init__(*words, **options)

    def setup_schedule(self) -> None:
        """Take the entries of celeryconfig.py."""
        self.merge_inplace(self.app.conf.beat_schedule)

    def tick(self, **options: Any) -> float:  # Any: Celery's
        """Send one entry that is due, if any; how long to wait until the next look."""
        return super().tick(**options) if self._is_the_one() else RENEW_SECONDS

    def close(self) -> None:
        """Let another beat take over at once."""
        super().close()
        try:
            if self._flight is not None:
                self._flight.release()
        except RedisError:
            log.warning("schedule not released, it lapses in seconds=%.0f", LAPSES_SECONDS)

    def _is_the_one(self) -> bool:
        if time.monotonic() >= self._renew_at:
            self._renew_at = time.monotonic() + RENEW_SECONDS
            may = self._holds()
            if may != self._may:
                log.warning("schedule %s", "is sent from here" if may else "rests here")
            self._may = may
        return bool(self._may)

    def _holds(self) -> bool:
        try:
            if self._flight is None or not self._flight.won or not self._flight.renew():
                self._flight = Flight(f"{load_settings().database}:running:beat", LAPSES_SECONDS)
            return self._flight.won
        except RedisError:
            return False  # nothing could be sent
