"""Which ids of a symbol were seen, and which are missing: the ledger of its trades.

Ids count up by one per symbol, so a jump proves that trades are missing, how
many, and between which moments. Nothing here repairs or stores; standard library only.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum

from analytics.records.market import Gap

IdRange = tuple[int, int]  # first and last id, both included

STEP_FORWARD = timedelta(minutes=1)  # of moments while ids go back, at most: they rise together, nearly


class Seen(Enum):
    """What an arriving id means."""

    NEW = "new"  # beyond everything seen before
    LATE = "late"  # seen for the first time, behind the newest
    REPEAT = "repeat"  # seen before
    RECOUNTED = "recounted"  # traded well after the newest, under a lower id: the ids were begun anew


class IdLedger:
    """The ids of one symbol in order of arrival, and the holes among them.

    A hole stays one row, known by the first id it was found with, however the
    late ticks eat into it: `Gap.missing` holds what is left of it, and the row
    is "filled" when nothing is. A hole that closes before its change was taken
    was only disorder and leaves no row.

    Parameters
    ----------
    last_id, last_traded_at
        The newest tick in the store; None for a symbol without any, whose
        first tick opens no gap. Ids up to `last_id` that no gap misses count
        as seen.
    gaps
        Rows of the symbol from the store, not overlapping. Only unfilled ones
        matter, and only up to `last_id`: what lies beyond is found again.
    """

    def __init__(
        self,
        symbol: str,
        last_id: int | None = None,
        last_traded_at: datetime | None = None,
        gaps: Sequence[Gap] = (),
    ) -> None:
        self.symbol = symbol
        self._next_id = None if last_id is None else last_id + 1
        self._last_traded_at = last_traded_at
        self._earliest: tuple[int, datetime] | None = None  # the first tick ever, when this ledger saw it
        self._rows = {gap.first_id: gap for gap in _up_to(last_id, gaps) if missing(gap)}
        self._row_ids = sorted(self._rows)
        ranges = sorted(span for gap in self._rows.values() for span in missing(gap))
        self._firsts = [first for first, _ in ranges]  # the missing ranges, ascending, in two columns
        self._lasts = [last for _, last in ranges]
        self._opened: set[int] = set()  # rows nobody has heard of yet, by their first id
        self._changed: set[int] = set()

    @property
    def last_id(self) -> int | None:
        """The highest id seen, None before the first."""
        return None if self._next_id is None else self._next_id - 1

    @property
    def last_traded_at(self) -> datetime | None:
        """The moment of the highest id seen, None before the first."""
        return self._last_traded_at

    @property
    def missing(self) -> list[IdRange]:
        """Every range of ids that is missing now, ascending."""
        return list(zip(self._firsts, self._lasts, strict=True))

    def see(self, tick_id: int, traded_at: datetime) -> Seen:
        """What this id means; in the usual case, the next one, nearly free."""
        if tick_id == self._next_id:
            self._next_id = tick_id + 1
            self._last_traded_at = traded_at
            return Seen.NEW
        return self._see_out_of_order(tick_id, traded_at)

    def take_changes(self, found_at: datetime) -> list[Gap]:
        """Rows that were opened or changed since the last call, by first id.

        To be saved under (symbol, first_id). `found_at` stamps the new ones.
        """
        changes = [self._current(first_id, found_at) for first_id in sorted(self._changed | self._opened)]
        self._rows.update((gap.first_id, gap) for gap in changes)
        told = [gap for gap in changes if gap.state != "filled" or gap.first_id not in self._opened]
        for gap in changes:
            if gap.state == "filled":
                del self._rows[gap.first_id]
                self._row_ids.remove(gap.first_id)
        self._opened.clear()
        self._changed.clear()
        return told

    def forget(self, first_ids: Iterable[int]) -> None:
        """Rows that were resolved elsewhere, by their first id: their ids count as seen from now on."""
        for first_id in first_ids:
            row = self._rows.pop(first_id, None)
            if row is None:
                continue
            self._row_ids.remove(first_id)
            spans = slice(bisect_left(self._firsts, first_id), bisect_right(self._firsts, row.last_id))
            del self._firsts[spans], self._lasts[spans]
            self._changed.discard(first_id)
            self._opened.discard(first_id)

    @property
    def rows(self) -> list[int]:
        """First ids of the rows that are not filled."""
        return list(self._row_ids)

    def _see_out_of_order(self, tick_id: int, traded_at: datetime) -> Seen:
        if self._next_id is None:
            self._earliest = (tick_id, traded_at)
        elif tick_id > self._next_id:
            self._open(self._next_id, tick_id - 1, self._last_traded_at, traded_at)
        elif self._last_traded_at is not None and traded_at > self._last_traded_at + STEP_FORWARD:
            return Seen.RECOUNTED
        elif self._earliest is not None and tick_id < self._earliest[0]:
            return self._see_earlier_than_all(tick_id, traded_at, self._earliest)
        else:
            return self._see_late(tick_id)
        self._next_id = tick_id + 1
        self._last_traded_at = traded_at
        return Seen.NEW

    def _see_earlier_than_all(
        self, tick_id: int, traded_at: datetime, earliest: tuple[int, datetime]
    ) -> Seen:
        """The first tick ever was overtaken by a later one."""
        if tick_id + 1 < earliest[0]:
            self._open(tick_id + 1, earliest[0] - 1, traded_at, earliest[1])
        self._earliest = (tick_id, traded_at)
        return Seen.LATE

    def _see_late(self, tick_id: int) -> Seen:
        """Behind the newest: in a hole, which it shrinks or splits, or seen before."""
        at = bisect_right(self._firsts, tick_id) - 1
        if at < 0 or tick_id > self._lasts[at]:
            return Seen.REPEAT
        first, last = self._firsts[at], self._lasts[at]
        left = [(first, tick_id - 1), (tick_id + 1, last)]
        remaining = [span for span in left if span[0] <= span[1]]
        self._firsts[at : at + 1] = [span[0] for span in remaining]
        self._lasts[at : at + 1] = [span[1] for span in remaining]
        self._changed.add(self._row_ids[bisect_right(self._row_ids, tick_id) - 1])
        return Seen.LATE

    def _open(self, first: int, last: int, after: datetime | None, before: datetime) -> None:
        at = bisect_left(self._firsts, first)
        self._firsts.insert(at, first)
        self._lasts.insert(at, last)
        insort(self._row_ids, first)
        self._rows[first] = Gap(self.symbol, first, last, "open", found_at=before, after=after, before=before)
        self._opened.add(first)

    def _current(self, first_id: int, found_at: datetime) -> Gap:
        """A row as it stands now."""
        row = self._rows[first_id]
        spans = slice(bisect_left(self._firsts, first_id), bisect_right(self._firsts, row.last_id))
        left = tuple(zip(self._firsts[spans], self._lasts[spans], strict=True))
        return replace(
            row,
            missing=left,
            state=row.state if left else "filled",
            found_at=found_at if first_id in self._opened else row.found_at,
        )


def missing(gap: Gap) -> tuple[IdRange, ...]:
    """The ids of a gap we still do not have, as ascending ranges.

    None of a filled gap. A row that says nothing misses all of its ids.
    """
    if gap.state == "filled":
        return ()
    return gap.missing or ((gap.first_id, gap.last_id),)


def _up_to(last_id: int | None, gaps: Sequence[Gap]) -> list[Gap]:
    """The part of the gaps that lies at or before an id."""
    if last_id is None:
        return []
    return [
        replace(gap, last_id=min(gap.last_id, last_id), missing=_cut(missing(gap), last_id))
        for gap in gaps
        if _cut(missing(gap), last_id)
    ]


def _cut(ranges: Sequence[IdRange], last_id: int) -> tuple[IdRange, ...]:
    return tuple((first, min(last, last_id)) for first, last in ranges if first <= last_id)


def missing_ranges(first_id: int, last_id: int, present: Iterable[int]) -> list[IdRange]:
    """Ranges of first_id..last_id that are not among the present ids.

    >>> missing_ranges(1, 9, [3, 4, 9, 12])
    [(1, 2), (5, 8)]
    """
    ranges, expected = [], first_id
    for tick_id in sorted(set(present)):
        if first_id <= tick_id <= last_id:
            if tick_id > expected:
                ranges.append((expected, tick_id - 1))
            expected = tick_id + 1
    if expected <= last_id:
        ranges.append((expected, last_id))
    return ranges
