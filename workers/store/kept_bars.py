"""The newest bars of many symbols, kept in the process, so that a new bar costs one bar to read.

Every look first asks the store what was saved since the last one, so a bar that
was corrected is corrected here too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime

from workers.settings import load_settings
from workers.store.bar_columns import BarRow, load_newest_rows, load_rows_saved_since
from workers.store.kept_age import KeptAge

CHANGES_AT_ONCE = 20_000  # more than this is read anew
KEPT_SYMBOLS = 200  # 560 bars take 150 kB

_Kept = dict[str, list[BarRow]]


class KeptBars:
    """The newest bars of each symbol in one timeframe."""

    def __init__(self, timeframe: str, kept: int) -> None:
        self.timeframe = timeframe
        self._most = kept
        self._age = KeptAge()
        self._rows: _Kept = {}
        self._database = ""

    def look(self, symbols: Sequence[str]) -> None:
        """Bring the bars of these symbols up to what is stored."""
        if self._database != load_settings().database:
            self._rows, self._database, self._age = {}, load_settings().database, KeptAge()
        for symbol in self._age.begin(self._rows):
            del self._rows[symbol]
        if not self._took_changes(list(self._rows)):
            self._rows = {}
        for symbol in symbols:
            self._rows[symbol] = self._rows.pop(symbol, []) or self._read(symbol)
        for symbol in list(self._rows)[: -max(KEPT_SYMBOLS, len(symbols))]:
            del self._rows[symbol]  # asked for longest ago
        self._age.end()

    def _read(self, symbol: str) -> list[BarRow]:
        self._age.read(symbol)
        return load_newest_rows(symbol, self.timeframe, end=None, limit=self._most)

    def window(self, symbol: str, *, since: datetime, before: int, end: datetime) -> list[BarRow] | None:
        """`before` bars up to the one at `since`, and those up to `end`; None when that reaches too far."""
        rows = self._rows[symbol]
        first = bisect_right(rows, since.timestamp(), key=_start) - before
        if first < 0 and len(rows) >= self._most:
            return None
        return rows[max(0, first) : bisect_left(rows, end.timestamp(), key=_start)]

    def _took_changes(self, symbols: Sequence[str]) -> bool:
        """Whether what was saved since the last look is in; False when there is too much of it."""
        if not symbols:
            return True
        changed = load_rows_saved_since(symbols, self.timeframe, self._age.since, limit=CHANGES_AT_ONCE)
        for symbol, row in changed:
            _put(self._rows[symbol], row, self._most)
        return len(changed) < CHANGES_AT_ONCE


def _put(rows: list[BarRow], row: BarRow, most: int) -> None:
    """The row in its place; the oldest makes room."""
    place = bisect_left(rows, row.start, key=_start)
    if place == 0 and len(rows) >= most and rows[0].start != row.start:
        return  # older than what is kept
    known = place < len(rows) and rows[place].start == row.start
    rows[place : place + known] = [row]
    del rows[: max(0, len(rows) - most)]


def _start(row: BarRow) -> int:
    return row.start
