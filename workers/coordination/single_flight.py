"""One run at a time: a task that is still running is not started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from workers.coordination.holder import is_known_dead, own_name
from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

LAPSES_SECONDS = 15.0  # after the last renewal: a run that was killed does not keep others out for long

_IF_MINE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call({call}) else return 0 end"
_RELEASE = _IF_MINE.replace("{call}", "'DEL', KEYS[1]")
_RENEW = _IF_MINE.replace("{call}", "'PEXPIRE', KEYS[1], ARGV[2]")


class Flight:
    """The right to run; `won` tells whether it is ours."""

    def __init__(self, key: str, lapses_seconds: float) -> None:
        self._key, self._mine = key, own_name()
        self._lapses_ms = int(lapses_seconds * 1000)
        self.won = self._take() or (self._free_of_the_dead() and self._take())

    def _take(self) -> bool:
        return bool(redis_client().set(self._key, self._mine, nx=True, px=self._lapses_ms))

    def _free_of_the_dead(self) -> bool:
        """Whether the right was held by a process of this machine that was killed, and is free now."""
        holder = cast(str | None, redis_client().get(self._key))
        if holder is None or not is_known_dead(holder):
            return False
        redis_client().eval(_RELEASE, 1, self._key, holder)
        return True

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
