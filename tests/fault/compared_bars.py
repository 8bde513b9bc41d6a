"""The stored bars of every timeframe, whoever made them, against bars made of the ledger.

Seconds and minutes are compared from the minute of the first stored trade on: the exchange's own bars that
join its history to our trades are among them. Longer bars reach further back. Before that minute the stored
minutes of history stand for themselves, and every longer bar must be the sum of its minutes.

All must hold the values of the ledger. The exchange's own must have given way to ours where our trades are
stored; minutes and longer bars from where the seconds are whole, of which the exchange has the newest alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

from pymongo.database import Database

from tests.fault.control import Row
from tests.fault.recomputed_bars import Bars, as_expected, bars_of, longer_bars, problem_of

SECOND, MINUTE = 1_000, 60_000
LONGER = {"5m": 300_000, "15m": 900_000, "1h": 3_600_000}
PAGE_IDS = 5_000

Store = Database[dict[str, Any]]
Stored = Mapping[int, Mapping[str, Any]]  # by start in milliseconds


class Truth(Protocol):
    """Whoever knows what was traded."""

    def ledger(self, symbol: str, first: int, last: int, kind: str = "aggTrade") -> list[Row]:
        """The messages with first <= id <= last as they were matched."""


@dataclass(slots=True)
class Comparison:
    """What was found of one symbol."""

    problems: list[str] = field(default_factory=list)
    compared: int = 0  # bars that lie wholly in the ledger


@dataclass(frozen=True, slots=True)
class Span:
    """Which bars are compared: those wholly between two moments (milliseconds since 1970)."""

    since: int
    until: int
    ours_from: int  # from here on our own bars stand: all their trades are stored

    def starts(self, bars: Iterable[int], length: int) -> list[int]:
        """The starts that lie in it, in order."""
        low, high = _full(self.since, length), self.until - length
        return [start for start in sorted(bars) if low <= start <= high]


def compare_bars(
    truth: Truth, store: Store, symbol: str, rows: Sequence[Row], *, kind: str, has_second_klines: bool
) -> Comparison:
    """Bars that are over and built by now; rows are the ledger from the first stored trade on."""
    progress = store["progress"].find_one({"_id": symbol})
    if progress is None or not rows:
        return Comparison([f"{symbol}: none built"])
    until = min(milliseconds(progress["built_until"]), rows[-1][3])
    behind_first = rows[0][3] + 1
    rows, since = _from_full_minute(truth, symbol, rows, kind)
    # Without candles of a second, nothing completes the first one, and the exchange's minutes last longer.
    span = Span(since, until, behind_first if has_second_klines else until)
    seconds = bars_of(rows, SECOND)
    minutes = longer_bars(seconds, MINUTE)
    found = Comparison()
    compare = partial(_compare, found, store, symbol)
    compare("1s", seconds, SECOND, span if has_second_klines else replace(span, since=behind_first))
    span = replace(span, ours_from=max(span.ours_from, _seconds_whole_from(store, symbol)))
    compare("1m", minutes, MINUTE, span)
    below = _history(store, symbol, _full(since, MINUTE)) | {
        start: bar for start, bar in minutes.items() if start >= since
    }
    span = replace(span, since=min(below, default=until))
    for timeframe, length in LONGER.items():
        below = longer_bars(below, length)
        compare(timeframe, below, length, span, whole_from=since)
    return found


def _from_full_minute(truth: Truth, symbol: str, rows: Sequence[Row], kind: str) -> tuple[Sequence[Row], int]:
    """The rows from the beginning of the first one's minute on, and since when they are whole."""
    minute = rows[0][3] // MINUTE * MINUTE
    while rows[0][3] >= minute:
        first = rows[0][0]
        earlier = truth.ledger(symbol, max(0, first - PAGE_IDS), first - 1, kind) if first > 0 else []
        if not earlier:
            return rows, rows[0][3] + 1  # the exchange began in the middle of it
        rows = [*earlier, *rows]
    return [row for row in rows if row[3] >= minute], minute


def _seconds_whole_from(store: Store, symbol: str) -> int:
    """Since when no second is missing: minutes before that cannot be made of seconds."""
    rows = store["seams"].find({"symbol": symbol, "seconds_from": {"$ne": None}})
    return max((milliseconds(row["seconds_from"]) for row in rows), default=0)


def _history(store: Store, symbol: str, until: int) -> Bars:
    """The stored minutes that begin before a moment; they stand for themselves."""
    return {start: as_expected(bar) for start, bar in _stored_bars(store, symbol, "1m", 0, until).items()}


def _compare(
    found: Comparison,
    store: Store,
    symbol: str,
    timeframe: str,
    expected: Bars,
    length: int,
    span: Span,
    whole_from: int = 0,
) -> None:
    """Every bar, expected or stored, of a timeframe; those from a moment on are counted."""
    stored = _stored_bars(store, symbol, timeframe, span.since, span.until)
    for start in span.starts({*expected, *stored}, length):
        problem = problem_of(expected.get(start), stored.get(start), is_ours=start >= span.ours_from)
        found.compared += start >= whole_from
        if problem:
            found.problems.append(f"{symbol} {timeframe} {moment(start):%H:%M:%S} {problem}")


def _full(since: int, length: int) -> int:
    """The start of the first bar that begins at a moment or after it."""
    return -(-since // length) * length


def _stored_bars(store: Store, symbol: str, timeframe: str, since: int, until: int) -> Stored:
    span = {"$gte": moment(since), "$lt": moment(until)}
    rows = store["bars"].find({"symbol": symbol, "timeframe": timeframe, "start": span})
    return {milliseconds(row["start"]): row for row in rows}


def moment(milliseconds: int) -> datetime:
    """A number of milliseconds since 1970 as a moment."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


def milliseconds(moment: datetime) -> int:
    """A moment as a number of milliseconds since 1970."""
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
