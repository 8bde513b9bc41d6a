"""A place in a symbol's tape that moves with the clock: what has become due since it was last asked."""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np

from workers.local.exchange.block import RecordedQuotes
from workers.local.exchange.tape import Rows, Tape

LONGEST_DELAY = 10_000_000  # microseconds between an order and its message in a recording, at most


class OrderFeed:
    """Hands out each order once, when its message leaves the exchange."""

    def __init__(self, tape: Tape, now: int) -> None:
        self._tape = tape
        self._number = tape.number_at(now - LONGEST_DELAY)
        self._block = tape.block(self._number)
        self._leaving: list[int] = self._block.leaving.tolist()
        self._place = 0
        for _ in self.due(now):
            pass

    def due(self, now: int) -> Iterator[Rows]:
        """The orders that left since the last call, in their order."""
        while True:
            if self._place < len(self._leaving):
                if self._leaving[self._place] > now:
                    return
                low, self._place = self._place, bisect_right(self._leaving, now, self._place)
                yield self._block, low, self._place
            if self._place < len(self._leaving) or self._block.end_us > now:
                return
            if self._number >= self._tape.last_number():
                return
            self._enter(self._number + 1)

    def _enter(self, number: int) -> None:
        self._number = number
        self._place = 0
        self._block = self._tape.block(number)
        self._leaving = self._block.leaving.tolist()


class QuoteFeed:
    """Hands out each recorded quote once, when it leaves the exchange."""

    def __init__(self, quotes: RecordedQuotes, now: int) -> None:
        self._quotes = quotes
        self._place = int(np.searchsorted(quotes.leaving, now, side="right"))

    def due(self, now: int) -> list[bytes]:
        """The quotes that left since the last call."""
        low = self._place
        self._place = max(low, int(np.searchsorted(self._quotes.leaving, now, side="right")))
        return self._quotes.texts[low : self._place]
