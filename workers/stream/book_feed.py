"""The best bid and ask of the symbols that are captured: a connection of its own, the store, the browsers.

Trades come first. Quotes neither pass through the spool nor wait in a queue, and
while trades pile up they are unsubscribed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from analytics.records.book import TopOfBook
from workers.binance.book import BOOKS_PER_CONNECTION, book_address, book_stream
from workers.binance.feed import stream_of, subscribe_message, unsubscribe_message
from workers.coordination.interest import load_interest
from workers.messages.book import book_json
from workers.messages.rooms import book_topic
from workers.publish import publish
from workers.settings import load_settings
from workers.store.book import save_book
from workers.stream.backoff import ConnectQuota
from workers.stream.book import BookKeeper
from workers.stream.connection import StreamConnection
from workers.stream.figures import Figures, RateMeter
from workers.stream.link import LinkCallbacks

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
INTEREST_SECONDS = 0.5  # how often is asked who watches
TEND_SECONDS = 1.0  # to store what is over, and to follow the symbols
SILENCE_SECONDS = 60.0  # of all quotes together: the connection is dead
PAUSE_SECONDS = 10.0  # without quotes after trades piled up


class BookFeed:
    """Keeps the top of the book from `start` until `stop`.

    Parameters
    ----------
    symbols : tells which symbols are captured now
    is_busy : whether trades wait; quotes are given up until they do not
    quota : of connects, shared with the captures of the process
    """

    def __init__(
        self,
        symbols: Callable[[], Sequence[str]],
        is_busy: Callable[[], bool] = lambda: False,
        random: Random | None = None,
        quota: ConnectQuota | None = None,
    ) -> None:
        self.stored = 0
        self.sent = 0
        self._symbols = symbols
        self._is_busy = is_busy
        self._subscribed: list[str] = []
        self._paused_until = float("-inf")
        self._left_out = 0
        self._control_id = 0
        self._keeper = BookKeeper()
        self._changed: dict[str, TopOfBook] = {}
        self._rate = RateMeter()
        self._tended_at = self._interest_at = float("-inf")
        self._watched: set[str] = set()
        self._stopping = threading.Event()
        self._connection = self._new_connection(random or Random(), quota)
        self._thread = threading.Thread(target=self._run, name="book-feed", daemon=True)

    def start(self) -> None:
        """Connect, and begin to keep."""
        self._connection.start()
        self._thread.start()

    def stop(self, *, timeout_seconds: float) -> None:
        """Disconnect, and store what is kept."""
        self._stopping.set()
        self._connection.stop(timeout_seconds=timeout_seconds / 2)
        if self._thread.is_alive():
            self._thread.join(timeout_seconds / 2)

    def figures(self) -> Figures:
        """What the System page shows of quotes."""
        counts = self._keeper.counts
        return {
            "book_symbols": len(self._subscribed),
            "book_connected": int(self._connection.is_connected),
            "book_updates_per_second": round(self._rate.per_second, 1),
            "book_stored": self.stored,
            "book_crossed": counts.crossed,
            "book_zero": counts.zero,
            "book_malformed": counts.malformed + counts.refused,
            "book_dropped": counts.dropped,
            "book_lost": counts.lost,
            "book_left_out": self._left_out,
        }

    def _new_connection(self, random: Random, quota: ConnectQuota | None) -> StreamConnection:
        settings = load_settings()
        callbacks = LinkCallbacks(
            greetings=self._greetings,
            on_message=self._keeper.take,
            on_open=self._opened,
            on_heard=lambda: None,
            holes=lambda: 0,
            stream_of=stream_of,
        )
        return StreamConnection(
            book_address(settings.binance_ws_url, settings.market),
            callbacks,
            streams=lambda: len(self._subscribed),
            random=random,
            quota=quota,
        )

    def _opened(self) -> None:
        self._keeper.begin_anew()
        self._keeper.taken_at = time.monotonic()

    def _greetings(self) -> list[str]:
        names = _names(self._subscribed)
        return [subscribe_message(names, self._next_control_id())] if names else []

    def _next_control_id(self) -> int:
        self._control_id += 1
        return self._control_id

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            self._changed |= self._keeper.look()
            try:
                self._send()
                if time.monotonic() - self._tended_at >= TEND_SECONDS:
                    self._tended_at = time.monotonic()
                    self._tend()
            except (PyMongoError, RedisError) as error:
                log.warning("quotes wait reason=%s", type(error).__name__)
                self._stopping.wait(1.0)
        self._end()

    def _end(self) -> None:
        self._keeper.look()
        self._keeper.finish()
        try:
            self._store()
        except PyMongoError as error:
            log.warning("last quotes not stored reason=%s", type(error).__name__)

    def _send(self) -> None:
        """The newest quotes to who watches them."""
        if self._changed:
            changed, self._changed = self._changed, {}
            watched = self._watched_topics()
            messages = {
                book_topic(symbol): book_json(symbol, top)
                for symbol, top in changed.items()
                if book_topic(symbol) in watched
            }
            self.sent += publish(messages)

    def _watched_topics(self) -> set[str]:
        if time.monotonic() - self._interest_at >= INTEREST_SECONDS:
            self._interest_at = time.monotonic()
            self._watched = load_interest()
        return self._watched

    def _tend(self) -> None:
        self._rate.sample(self._keeper.counts.updates)
        self._follow()
        if self._keeper.shutdown_announced:
            self._keeper.shutdown_announced = False
            self._connection.hand_over("the exchange announced that it will close")
        elif self._is_silent():
            self._keeper.taken_at = time.monotonic()
            self._connection.drop("no quotes came for too long")
        self._store()

    def _is_silent(self) -> bool:
        """Nothing came for too long, although something is subscribed to."""
        silence = time.monotonic() - self._keeper.taken_at
        return bool(self._subscribed) and self._connection.is_connected and silence > SILENCE_SECONDS

    def _store(self) -> None:
        rows = self._keeper.finished(datetime.now(UTC))
        try:
            save_book(rows)
        except PyMongoError:
            self._keeper.put_back(rows)
            raise
        self.stored += len(rows)

    def _follow(self) -> None:
        """Subscribe to what is captured now; to nothing while trades wait."""
        wanted = [] if self._is_paused() else self._wanted()
        added = [symbol for symbol in wanted if symbol not in self._subscribed]
        removed = [symbol for symbol in self._subscribed if symbol not in wanted]
        self._subscribed = wanted
        self._keeper.watch(wanted)
        if removed:
            self._connection.say(unsubscribe_message(_names(removed), self._next_control_id()))
        if added:
            self._connection.say(subscribe_message(_names(added), self._next_control_id()))

    def _wanted(self) -> list[str]:
        room = BOOKS_PER_CONNECTION[load_settings().market]
        symbols = list(self._symbols())
        self._left_out = len(symbols[room:])
        return symbols[:room]

    def _is_paused(self) -> bool:
        now = time.monotonic()
        if self._is_busy():
            if now >= self._paused_until:
                log.warning("quotes given up for a while: trades wait")
            self._paused_until = now + PAUSE_SECONDS
        self._keeper.is_closed = now < self._paused_until
        return self._keeper.is_closed


def _names(symbols: Sequence[str]) -> list[str]:
    """The exchange's names of their quotes."""
    return [book_stream(symbol) for symbol in symbols]
