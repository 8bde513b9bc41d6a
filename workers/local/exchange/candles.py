"""A symbol's klines of any interval, folded from the same orders that are streamed."""

from functools import lru_cache

import numpy as np

from workers.local.exchange.bars import NOTHING, Bars, bars_of, folded, joined, within, without_holes
from workers.local.exchange.block import Integers
from workers.local.exchange.intervals import MINUTE, bar_end, bar_start, shifted
from workers.local.exchange.tape import Tape, newest_orders

SECOND = 1000
KEPT_MINUTE_BLOCKS = 12_000
KEPT_SECOND_BLOCKS = 64


class Candles:
    """Klines of one symbol. The short bars of blocks that are over are kept."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._minutes = lru_cache(maxsize=KEPT_MINUTE_BLOCKS)(self._whole_block)
        self._seconds = lru_cache(maxsize=KEPT_SECOND_BLOCKS)(self._whole_block)

    def bars(self, interval: str, start: int, end: int, now: int) -> Bars:
        """Bars with trades that begin in [start, end) ms, from orders up to `now` (microseconds)."""
        length = SECOND if interval == "1s" else MINUTE
        last = bar_end(interval, bar_start(interval, end - 1))
        final = min(last * 1000 - 1, now)
        low, high = self._tape.number_at(start * 1000), self._tape.number_at(final)
        parts = [self._short_bars(number, length, now) for number in range(low, high + 1)]
        found = within(joined(parts), start, last)
        return folded(found, _starts(interval, found.starts))

    def newest(self, interval: str, now: int) -> Bars:
        """The bar that is forming now, or nothing while it has no trade."""
        start = bar_start(interval, now // 1000)
        return self.bars(interval, start, start + 1, now)

    def page(self, interval: str, start: int | None, end: int | None, limit: int, now: int) -> Bars:
        """Bars as the exchange lists them, those without trades included: flat at the close before.

        `start` and `end` (ms) bound the bars' starts, both included; `now` is in microseconds.
        """
        oldest = bar_start(interval, self._tape.history_start(now) // 1000)
        newest = bar_start(interval, now // 1000 if end is None else min(end, now // 1000))
        if start is None:
            first = max(oldest, shifted(interval, newest, 1 - limit))
        else:
            first = max(oldest, _start_from(interval, start))
            newest = min(newest, shifted(interval, first, limit - 1))
        if first > newest:
            return NOTHING
        starts = _all_starts(interval, first, newest)
        return without_holes(self.bars(interval, first, newest + 1, now), starts, self._close_before(first))

    def _close_before(self, moment: int) -> Integers:
        """The last price before a moment (ms): one value, or none before the first trade."""
        rows = newest_orders(self._tape, 1, moment * 1000 - 1)
        return rows[0][0].prices[rows[0][1] : rows[0][2]] if rows else np.zeros(0, dtype=np.int64)

    def _short_bars(self, number: int, length: int, now: int) -> Bars:
        kept = self._seconds if length == SECOND else self._minutes
        if self._tape.is_over(number, now):
            return kept(number, length)
        block = self._tape.block(number)
        return bars_of(block, length, int(np.searchsorted(block.times, now, side="right")))

    def _whole_block(self, number: int, length: int) -> Bars:
        block = self._tape.passing_block(number)
        return bars_of(block, length, len(block))


def _starts(interval: str, starts: Integers) -> Integers:
    return np.array([bar_start(interval, start) for start in starts.tolist()], dtype=np.int64)


def _start_from(interval: str, moment: int) -> int:
    """The first bar that begins at a moment or after it."""
    start = bar_start(interval, moment)
    return start if start == moment else shifted(interval, start, 1)


def _all_starts(interval: str, first: int, last: int) -> Integers:
    starts = [first]
    while starts[-1] < last:
        starts.append(shifted(interval, starts[-1], 1))
    return np.array(starts, dtype=np.int64)
