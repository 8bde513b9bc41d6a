"""How long after a trade it stood on the screens of this process, as their browsers tell."""

import threading
import time
from collections import deque
from collections.abc import Callable

KEPT = 2_000
WINDOW_SECONDS = 60.0
MOST_AT_ONCE = 20  # delays of one report
LEAST_SECONDS = 4.0  # between two reports of one browser that count
PLAUSIBLE_MS = 600_000.0
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class DrawnDelays:
    """Delays that browsers reported in the last minute; bounded, whatever they send."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: deque[tuple[float, str, float]] = deque(maxlen=KEPT)
        self._due: dict[str, float] = {}  # client -> when its next report counts

    def note(self, client: str, delays_ms: object) -> bool:
        """Take a report; False when it is none, or comes too early to count."""
        values = _plausible(delays_ms)
        with self._lock:
            now = self._clock()
            if not values or now < self._due.get(client, now):
                return False
            self._due[client] = now + LEAST_SECONDS
            self._noted.extend((now, client, value) for value in values)
            return True

    def forget(self, client: str) -> None:
        """A client has gone."""
        with self._lock:
            self._due.pop(client, None)

    def figures(self) -> dict[str, float | int | str | None]:
        """Percentiles of the last minute, and how many browsers they come from."""
        with self._lock:
            since = self._clock() - WINDOW_SECONDS
            recent = [(client, value) for at, client, value in self._noted if at >= since]
        ascending = sorted(value for _, value in recent)
        told: dict[str, float | int | str | None] = {"screens": len({client for client, _ in recent})}
        for name, share in SHARES.items():
            place = min(len(ascending) - 1, int(share * len(ascending)))
            told[f"trade_to_drawn_ms_{name}"] = round(ascending[place], 1) if ascending else None
        return told


def _plausible(delays_ms: object) -> list[float]:
    """The numbers of a report; nothing when it is not a short list of plausible ones."""
    if not isinstance(delays_ms, list) or not 0 < len(delays_ms) <= MOST_AT_ONCE:
        return []
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in delays_ms):
        return []
    return [float(value) for value in delays_ms] if all(abs(ms) <= PLAUSIBLE_MS for ms in delays_ms) else []
