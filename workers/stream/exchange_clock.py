"""The exchange's clock, asked for once a second by a whole process, however many shards it holds."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from workers.binance.history import load_exchange_time

ASKED_EVERY_SECONDS = 0.9  # each capture asks once a second


class ExchangeClock:
    """What the exchange said last; it is asked again when that is old.

    Parameters
    ----------
    ask : tells the exchange's time, or raises
    clock : monotonic, seconds
    """

    def __init__(
        self,
        ask: Callable[[], datetime] = load_exchange_time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._said: datetime | None = None
        self._said_at = float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        """The exchange's time, at most a second old; who comes meanwhile waits for the same answer.

        Raises
        ------
        ExchangeError
            It did not answer.
        """
        with self._lock:
            if self._said is None or self._clock() - self._said_at >= ASKED_EVERY_SECONDS:
                self._said = None
                self._said = self._ask()
                self._said_at = self._clock()
            return self._said
