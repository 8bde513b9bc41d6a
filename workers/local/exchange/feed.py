"""A place in a symbol's tape that moves with the clock: what has become due since it was last asked."""

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
        self._place = 0
        for _ in self.due(now):
            pass

    def due(self, now: int) -> Iterator[Rows]:
        """The orders that left since the last call, in their order."""
        while True:
            block = self._tape.block(self._number)
            leaving = block.leaving
            if self._place < len(block):
                if leaving[self._place] > now:
                    return
                high = int(np.searchsorted(leaving, now, side="right"))
                yield block, self._place, high
                self._place = high
            if self._place < len(block) or self._number >= self._tape.last_number():
                return
            if block.end_us > now:
                return
            self._number, self._place = self._number + 1, 0

    def nearly_through(self, now: int, ahead: int) -> int | None:
        """The next block's number when this one ends within `ahead` microseconds."""
        if self._number < self._tape.last_number() and self._tape.block(self._number).end_us - now < ahead:
            return self._number + 1
        return None


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
