"""How long to wait before the next connection: capped exponential, full jitter."""

from random import Random

FIRST_SECONDS = 0.5
CAP_SECONDS = 30.0


def backoff_seconds(failures: int, random: Random) -> float:
    """A wait drawn from [0, min(30, 0.5 * 2^failures)]; none before the first failure.

    >>> backoff_seconds(0, Random(1))
    0.0
    """
    if failures <= 0:
        return 0.0
    ceiling = min(CAP_SECONDS, FIRST_SECONDS * 2.0 ** min(failures, 16))
    return random.uniform(0.0, ceiling)


class ConnectQuota:
    """At most so many connects in any window; the exchange refuses the 301st in 5 minutes."""

    def __init__(self, *, connects: int = 60, window_seconds: float = 300.0) -> None:
        self._connects = connects
        self._window_seconds = window_seconds
        self._made: list[float] = []

    def seconds_until_free(self, now: float) -> float:
        """How long the next connect has to wait, by a monotonic clock."""
        self._made = [at for at in self._made if now - at < self._window_seconds]
        if len(self._made) < self._connects:
            return 0.0
        return self._made[0] + self._window_seconds - now

    def note(self, now: float) -> None:
        """A connect is being made."""
        self._made.append(now)
