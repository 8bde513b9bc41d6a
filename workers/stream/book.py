"""Keeps the newest quote of each symbol and second; what came in between is only counted.

The socket thread hands messages over unread, and of each stream and second the
newest is kept: however many come, memory and work are bounded by the number of
symbols. Quotes have no contiguous ids, so none of them is ever missing.
"""

import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.records.book import BookSecond, TopOfBook
from analytics.timeframes import bar_start
from workers.binance.book import book_stream, top_of_book
from workers.binance.errors import MalformedMessage, UnusableQuote
from workers.binance.feed import moment_of, stream_of

SHUTDOWN_STREAM = b"!serverShutdown"
NANOSECONDS = 1_000_000_000
OVER_AFTER = timedelta(seconds=1)  # a second that brought nothing more for so long is over
SECONDS_WAITING = 20_000  # that the store has not taken, of all symbols: about 15 MB

Newest = tuple[int, bytes, int]  # received at, ns since 1970; raw; how many came


@dataclass(slots=True)
class BookCounts:
    """What came since the process started."""

    updates: int = 0
    dropped: int = 0  # updates passed over because trades come first
    repeats: int = 0  # no newer than what was known
    zero: int = 0  # quotes with an empty side
    crossed: int = 0  # quotes whose bid was not below the ask
    malformed: int = 0
    refused: int = 0  # answers of the exchange that say no
    lost: int = 0  # seconds that the store did not take in time


class BookKeeper:
    """The top of the book of some symbols; `take` is called by the socket thread, the rest by one other."""

    def __init__(self) -> None:
        self.counts = BookCounts()
        self.taken_at = 0.0  # monotonic; when the last update came
        self.shutdown_announced = False
        self.is_closed = False  # pass over what comes
        self._streams: frozenset[bytes] = frozenset()
        self._newest: dict[tuple[bytes, int], Newest] = {}
        self._lock = threading.Lock()  # of the above; held for moments
        self._open: dict[str, BookSecond] = {}
        self._update_ids: dict[str, int] = {}
        self._over: deque[BookSecond] = deque(maxlen=SECONDS_WAITING)

    def watch(self, symbols: Iterable[str]) -> None:
        """Keep quotes of these symbols from now on, and forget those of others."""
        names = set(symbols)
        self._streams = frozenset(book_stream(symbol).encode() for symbol in names)
        for symbol in set(self._open) - names:
            self._finish(symbol)

    def begin_anew(self) -> None:
        """Another connection: the update ids of the one before say nothing any more."""
        self._update_ids = {}

    def take(self, received_ns: int, raw: bytes) -> bool:
        """A message of the socket; there is always room for it."""
        stream = stream_of(raw)
        if stream not in self._streams:
            self._note_other(stream, raw)
            return True
        if self.is_closed:
            self.counts.dropped += 1
            return True
        key = (stream, received_ns // NANOSECONDS)
        with self._lock:
            known = self._newest.get(key)
            self._newest[key] = (received_ns, raw, known[2] + 1 if known else 1)
        self.counts.updates += 1
        self.taken_at = time.monotonic()
        return True

    def look(self) -> dict[str, TopOfBook]:
        """The symbols whose top of the book changed since the last look."""
        with self._lock:
            newest, self._newest = self._newest, {}
        changed: dict[str, TopOfBook] = {}
        for (stream, _), (received_ns, raw, count) in newest.items():
            top = self._read(stream, received_ns, raw)
            if top is not None and self._keep(top, count):
                changed[top.symbol] = top
        return changed

    def finished(self, now: datetime) -> list[BookSecond]:
        """The seconds that are over, to be stored."""
        for symbol in [s for s, row in self._open.items() if now - row.top.received_at > OVER_AFTER]:
            self._finish(symbol)
        taken = list(self._over)
        self._over.clear()
        return taken

    def put_back(self, rows: Sequence[BookSecond]) -> None:
        """Seconds that could not be stored; the oldest go when there is no room."""
        room = SECONDS_WAITING - len(self._over)
        self.counts.lost += max(0, len(rows) - room)
        self._over.extendleft(reversed(rows[len(rows) - min(room, len(rows)) :]))

    def finish(self) -> None:
        """No more will come: every second is over."""
        for symbol in list(self._open):
            self._finish(symbol)

    def _note_other(self, stream: bytes, raw: bytes) -> None:
        if stream == SHUTDOWN_STREAM:
            self.shutdown_announced = True
        elif not stream and b'"code"' in raw:
            self.counts.refused += 1

    def _read(self, stream: bytes, received_ns: int, raw: bytes) -> TopOfBook | None:
        """The quote of a message; None for one that shows no market."""
        try:
            top = top_of_book(raw, moment_of(received_ns // 1_000_000))
            if book_stream(top.symbol).encode() != stream:
                raise MalformedMessage(f"s: {top.symbol:.40} came on the stream {stream!r:.60}")
        except UnusableQuote as problem:
            setattr(self.counts, problem.kind, getattr(self.counts, problem.kind) + 1)
        except MalformedMessage:
            self.counts.malformed += 1
        else:
            return top
        return None

    def _keep(self, top: TopOfBook, count: int) -> bool:
        """Take a quote into its second; False when a newer one is known."""
        symbol, second = top.symbol, bar_start(top.quoted_at, "1s")
        if top.update_id <= self._update_ids.get(symbol, -1):
            self.counts.repeats += 1
            return False
        self._update_ids[symbol] = top.update_id
        known = self._open.get(symbol)
        if known is not None and second <= known.second:
            self._open[symbol] = replace(known, top=top, updates=known.updates + count)
            return True
        if known is not None:
            self._finish(symbol)
        self._open[symbol] = BookSecond(second, top, count)
        return True

    def _finish(self, symbol: str) -> None:
        if len(self._over) == SECONDS_WAITING:
            self.counts.lost += 1
        self._over.append(self._open.pop(symbol))
