"""Keeps the newest quote of each symbol and second; what came in between is only counted.

The socket thread hands messages over unread, and of each stream and second the
newest is kept: however many come, memory and work are bounded by the number of
symbols. Quotes have no contiguous ids, so none of them is ever missing.
"""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.records.book import BookSecond, TopOfBook
from workers.binance.book import book_stream, top_of_book
from workers.binance.errors import MalformedMessage, UnusableQuote
from workers.binance.feed import moment_of, stream_of

SHUTDOWN_STREAM = b"!serverShutdown"
NANOSECONDS = 1_000_000_000
OVER_AFTER = timedelta(seconds=1)  # a second that brought nothing more for so long is over
SECONDS_WAITING = 20_000  # that the store has not taken, of all symbols: about 15 MB


class Slot:
    """The newest message of one stream.

    Written by the socket thread without a lock, and looked at by another: of two that
    meet, a message may be counted twice, and none is lost.
    """

    __slots__ = ("count", "newest", "seen", "until")

    def __init__(self) -> None:
        self.newest: tuple[int, bytes] = (0, b"")  # received at, ns since 1970; raw
        self.count = 0  # how many came, ever
        self.seen = 0  # how many of those were looked at
        self.until = 0  # ns since 1970; the second of `newest` ends there


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
        self._slots: dict[bytes, Slot] = {}
        self._past: deque[tuple[bytes, Slot]] = deque(maxlen=SECONDS_WAITING)  # last of seconds that are over
        self._open: dict[str, BookSecond] = {}
        self._update_ids: dict[str, int] = {}
        self._over: deque[BookSecond] = deque(maxlen=SECONDS_WAITING)

    def watch(self, symbols: Iterable[str]) -> None:
        """Keep quotes of these symbols from now on, and forget those of others."""
        names = set(symbols)
        streams = [book_stream(symbol).encode() for symbol in names]
        self._slots = {stream: self._slots.get(stream) or Slot() for stream in streams}
        for symbol in set(self._open) - names:
            self._finish(symbol)

    def begin_anew(self) -> None:
        """Another connection: the update ids of the one before say nothing any more."""
        self._update_ids = {}

    def take(self, received_ns: int, raw: bytes) -> bool:
        """A message of the socket; there is always room for it."""
        slot = self._slots.get(raw[11 : raw.find(b'"', 11)])  # the name of the stream stands there
        if slot is None:
            self._note_other(raw)
            return True
        if self.is_closed:
            self.counts.dropped += 1
            return True
        if received_ns >= slot.until:
            self._begin_second(slot, received_ns)
        slot.newest = (received_ns, raw)
        slot.count += 1
        return True

    def look(self) -> dict[str, TopOfBook]:
        """The symbols whose top of the book changed since the last look."""
        changed: dict[str, TopOfBook] = {}
        while self._past:
            self._look_at(*self._past.popleft(), changed)
        for stream, slot in self._slots.items():
            self._look_at(stream, slot, changed)
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

    def _begin_second(self, slot: Slot, received_ns: int) -> None:
        """Set the last message of the second before aside, if nobody has looked at it."""
        if slot.count > slot.seen:
            past = Slot()
            past.newest, past.count, past.seen = slot.newest, slot.count, slot.seen
            self._past.append((stream_of(slot.newest[1]), past))
            slot.seen = slot.count
        slot.until = (received_ns // NANOSECONDS + 1) * NANOSECONDS

    def _note_other(self, raw: bytes) -> None:
        stream = stream_of(raw)
        if stream == SHUTDOWN_STREAM:
            self.shutdown_announced = True
        elif not stream and b'"code"' in raw:
            self.counts.refused += 1

    def _look_at(self, stream: bytes, slot: Slot, changed: dict[str, TopOfBook]) -> None:
        """Take the newest message of a stream into account, if it came since the last look."""
        count, (received_ns, raw) = slot.count, slot.newest
        news = count - slot.seen
        if news <= 0:
            return
        slot.seen = count
        self.counts.updates += news
        self.taken_at = time.monotonic()
        top = self._read(stream, received_ns, raw)
        if top is not None and self._keep(top, news):
            changed[top.symbol] = top

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
        symbol, second = top.symbol, top.quoted_at.replace(microsecond=0)
        if top.update_id <= self._update_ids.get(symbol, -1):
            self.counts.repeats += 1
            return False
        self._update_ids[symbol] = top.update_id
        known = self._open.get(symbol)
        if known is not None and second <= known.second:
            self._open[symbol] = BookSecond(known.second, top, known.updates + count)
            return True
        if known is not None:
            self._finish(symbol)
        self._open[symbol] = BookSecond(second, top, count)
        return True

    def _finish(self, symbol: str) -> None:
        if len(self._over) == SECONDS_WAITING:
            self.counts.lost += 1
        self._over.append(self._open.pop(symbol))
