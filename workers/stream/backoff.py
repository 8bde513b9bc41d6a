"""How long to wait before the next connection: capped exponential, full jitter."""

import threading
from collections import deque
from random import Random

FIRST_SECONDS = 0.5
CAP_SECONDS = 30.0
CONNECTS, WINDOW_SECONDS = 60, 300.0  # at most, of a process


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
    """At most so many connects in any window; several connections may share it.

    The exchange refuses the 301st of an address in 5 minutes.
    """

    def __init__(self) -> None:
        self._booked: deque[float] = deque(maxlen=CONNECTS)  # the newest, in order
        self._lock = threading.Lock()

    def book(self, now: float) -> float:
        """Take the next free place; how many seconds the connect has to wait for it, by a monotonic clock."""
        with self._lock:
            is_full = len(self._booked) == self._booked.maxlen
            at = max(now, self._booked[0] + WINDOW_SECONDS) if is_full else now
            self._booked.append(at)
            return at - now
