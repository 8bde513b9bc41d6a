"""How long after a trade something was done with it, over the last minute."""

import time
from collections import deque
from collections.abc import Callable, Iterable

from analytics.records.market import Tick
from workers.settings import load_settings
from workers.stream.figures import Figures, percentiles_ms

KEPT = 2_000
WINDOW_SECONDS = 60.0
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class Delays:
    """Delays of one step, each counted from the moment of the trade.

    The trades of a replay are of another day: theirs count from their arrival.
    Noted by one thread, read by another.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._noted: deque[tuple[float, float]] = deque(maxlen=KEPT)  # (monotonic, seconds)
        self._replayed = load_settings().source == "REPLAY"

    def note(self, ticks: Iterable[Tick]) -> None:
        """The step is done with these trades, now."""
        at, now = self._clock(), time.time()
        self._noted.extend((at, now - self._begin(tick)) for tick in ticks)

    def note_arrivals(self, ticks: Iterable[Tick]) -> None:
        """These trades came; when, they know themselves."""
        at = self._clock()
        self._noted.extend((at, tick.received_at.timestamp() - self._begin(tick)) for tick in ticks)

    def figures(self, step: str) -> Figures:
        """Percentiles of the last minute by name; None where nothing was done in it."""
        since = self._clock() - WINDOW_SECONDS
        recent = [seconds for at, seconds in list(self._noted) if at >= since]
        found = percentiles_ms(recent, **SHARES)
        return {f"trade_to_{step}_ms_{name}": value for name, value in found.items()}

    def _begin(self, tick: Tick) -> float:
        return (tick.received_at if self._replayed else tick.traded_at).timestamp()
