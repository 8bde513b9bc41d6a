"""The exchange's clock: microseconds since 1970, running at any speed, and held until it is let go."""

import time
from collections.abc import Callable


class Clock:
    """Time of the exchange.

    A clock at speed 1 from now on is the machine's clock; any other runs on the steady clock.
    """

    def __init__(self, start: int | None = None, speed: float = 1.0, *, held: bool = False) -> None:
        self._real = start is None and speed == 1.0
        self._start = _machine_time() if start is None else start
        self._speed = speed
        self._steady: Callable[[], int] = time.monotonic_ns
        self._let_go = None if held else self._steady()

    def now(self) -> int:
        """The present moment."""
        if self._real:
            return _machine_time()
        if self._let_go is None:
            return self._start
        return self._start + int((self._steady() - self._let_go) * self._speed) // 1000

    def let_go(self) -> None:
        """Run, if it has been held so far."""
        if self._let_go is None:
            self._let_go = self._steady()


def _machine_time() -> int:
    return time.time_ns() // 1000
