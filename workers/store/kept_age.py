"""When what a process keeps of the store is looked at, and when it is read anew.

A look asks for what was saved since the last one. A bar is stamped before it is
written, so one that took long, or whose clock was set back, can be behind that:
hence everything is read anew after a while, and at once when the clock stepped back.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

READ_ANEW_SECONDS = 300.0
READ_ANEW_AT_ONCE = 12  # symbols of one look, so that no look is dear
# A bar is stamped before it is written, and clocks of machines differ a little.
OVERLAP = timedelta(seconds=10)


class KeptAge:
    """The moments of the looks, and of the reading of each symbol."""

    def __init__(self) -> None:
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._began = self._looked_at
        self._read_at: dict[str, float] = {}

    def begin(self, kept: Iterable[str]) -> list[str]:
        """A look begins; the kept symbols that are to be read anew."""
        self._began = clock()
        if self._began < self._looked_at:
            return list(kept)
        return list(self._old(kept))[:READ_ANEW_AT_ONCE]

    @property
    def since(self) -> datetime:
        """From when on to ask for changes."""
        return self._looked_at - OVERLAP

    def read(self, symbol: str) -> None:
        """All that is kept of a symbol was read just now."""
        self._read_at[symbol] = steady()

    def end(self) -> None:
        """The look saw everything that was saved before it began."""
        self._looked_at = self._began

    def _old(self, kept: Iterable[str]) -> Iterator[str]:
        now = steady()
        return (
            symbol
            for symbol in kept
            if now - self._read_at.get(symbol, -READ_ANEW_SECONDS) > READ_ANEW_SECONDS
        )


def clock() -> datetime:
    """The time of day, which can be set."""
    return datetime.now(UTC)


def steady() -> float:
    """Seconds that only grow."""
    return time.monotonic()
