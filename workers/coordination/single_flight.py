"""One run at a time: a task that is still running is not started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import uuid4

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

LAPSES_SECONDS = 15.0  # after the last renewal: a run that was killed does not keep others out for long

_IF_MINE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call({call}) else return 0 end"
_RELEASE = _IF_MINE.replace("{call}", "'DEL', KEYS[1]")
_RENEW = _IF_MINE.replace("{call}", "'PEXPIRE', KEYS[1], ARGV[2]")


class Flight:
    """The right to run; `won` tells whether it is ours."""

    def __init__(self, key: str, lapses_seconds: float) -> None:
        self._key, self._mine = key, uuid4().hex
        self._lapses_ms = int(lapses_seconds * 1000)
        self.won = bool(redis_client().set(key, self._mine, nx=True, px=self._lapses_ms))

    def renew(self) -> bool:
        """Go on; False when the right lapsed and somebody else may run."""
        return bool(cast(int, redis_client().eval(_RENEW, 1, self._key, self._mine, self._lapses_ms)))

    def release(self) -> None:
        """Let the next one run."""
        if self.won:
            redis_client().eval(_RELEASE, 1, self._key, self._mine)


@contextmanager
def single_flight(name: str, *, lapses_seconds: float = LAPSES_SECONDS) -> Iterator[Flight]:
    """A flight that is won by one at a time; renew it within `lapses_seconds`."""
    flight = Flight(f"{load_settings().database}:running:{name}", lapses_seconds)
    try:
        yield flight
    finally:
        flight.release()
