"""What a client sends on one connection: how much within a second, and whether that is too much."""

from collections import Counter, deque

WINDOW_SECONDS = 1.0
MOST = "incoming.most_per_second"  # the most that one client sent within any second
TOO_MANY = "incoming.too_many"  # how often a client was cut for it


class Incoming:
    """Counts the frames of one connection over a sliding second."""

    def __init__(self, limit: int, counts: "Counter[str]") -> None:
        self._limit = limit
        self._counts = counts
        self._arrivals: deque[float] = deque()

    def is_too_many(self, now: float) -> bool:
        """Count a frame; True when it is one more than may come within a second."""
        self._arrivals.append(now)
        while now - self._arrivals[0] >= WINDOW_SECONDS:
            self._arrivals.popleft()
        self._counts[MOST] = max(self._counts[MOST], len(self._arrivals))
        if len(self._arrivals) <= self._limit:
            return False
        self._counts[TOO_MANY] += 1
        return True
