"""What browsers see move: last price and forming bars, sent about ten times a second.

Only topics that somebody watches are sent, and of each only the newest state.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from analytics.forming import FormingBar
from analytics.live_bars import live_bars
from analytics.records.market import Bar, Tick
from analytics.records.snapshots import SymbolSummary
from analytics.timeframes import TIMEFRAMES
from workers.coordination.interest import load_interest
from workers.messages.envelope import JSON
from workers.messages.market import bars_json, quote_json
from workers.messages.rooms import bars_topic, symbol_topic
from workers.publish import publish
from workers.store.bars import load_bars
from workers.store.summaries import load_summaries
from workers.stream.delays import Delays
from workers.stream.figures import Figures

log = logging.getLogger(__name__)

PUBLISH_SECONDS = 0.1
REFRESH_SECONDS = 0.5  # of what is watched, and of the stored bars that the newest seconds are added to
SUMMARY_SECONDS = 5.0
SECONDS_KEPT = 900  # one-second bars in memory: more than the bar tasks lag behind, in a fast replay too
BARS_SHOWN = 3  # the forming bar and the last closed ones


class SymbolTape:
    """The newest trades of one symbol, as one-second bars."""

    __slots__ = ("changed", "closed", "forming", "last")

    def __init__(self) -> None:
        self.last: Tick | None = None
        self.forming: FormingBar | None = None
        self.closed: deque[Bar] = deque(maxlen=SECONDS_KEPT)
        self.changed = False

    def add(self, tick: Tick) -> None:
        """Take a tick; one from before the forming second changes nothing here."""
        forming = self.forming
        if forming is None or tick.traded_at >= forming.end:
            if forming is not None:
                self.closed.append(forming.bar())
            self.forming = FormingBar(tick, "1s")
        elif tick.traded_at >= forming.start:
            forming.add(tick)
        else:
            return
        self.last = tick
        self.changed = True

    def seconds(self) -> list[Bar]:
        """One-second bars, oldest first, the forming one last."""
        return [*self.closed, self.forming.bar()] if self.forming else []


class LivePublisher:
    """Keeps a tape per symbol and sends what changed, in a thread of its own."""

    def __init__(self) -> None:
        self.sent = 0
        self._delays = Delays()
        self._tapes: dict[str, SymbolTape] = {}
        self._lock = threading.Lock()
        self._interest: set[str] = set()
        self._summaries: dict[str, SymbolSummary] = {}
        self._stored: dict[str, list[Bar]] = {}
        self._due = {"interest": 0.0, "summaries": 0.0}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-publisher", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Stop sending."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def figures(self) -> Figures:
        """How long after the trade its price was sent to who watches it."""
        return self._delays.figures("sent")

    def add_symbol(self, symbol: str) -> None:
        """Keep a tape of one more symbol."""
        with self._lock:
            self._tapes.setdefault(symbol, SymbolTape())

    def add(self, ticks: Sequence[Tick]) -> None:
        """Take new ticks, in the order they came."""
        with self._lock:
            for tick in ticks:
                self._tapes[tick.symbol].add(tick)

    def _run(self) -> None:
        while not self._stopping.wait(PUBLISH_SECONDS):
            try:
                self._refresh(time.monotonic())
                self._send(*self._changes())
            except (PyMongoError, RedisError) as error:
                log.warning("live update skipped reason=%s", type(error).__name__)
                self._stopping.wait(1.0)

    def _refresh(self, now: float) -> None:
        if now >= self._due["summaries"]:
            self._summaries = load_summaries()
            self._due["summaries"] = now + SUMMARY_SECONDS
        if now >= self._due["interest"]:
            self._interest = load_interest()
            self._stored = self._load_watched_bars()
            self._due["interest"] = now + REFRESH_SECONDS

    def _load_watched_bars(self) -> dict[str, list[Bar]]:
        watched = {}
        for symbol in list(self._tapes):
            for timeframe in TIMEFRAMES:
                topic = bars_topic(symbol, timeframe)
                if topic in self._interest:
                    watched[topic] = load_bars(symbol, timeframe, limit=BARS_SHOWN)
        return watched

    def _send(self, messages: dict[str, JSON], newest: list[Tick]) -> None:
        sent = publish(messages)
        self.sent += sent
        if sent:
            self._delays.note(newest)

    def _changes(self) -> tuple[dict[str, JSON], list[Tick]]:
        """The state of every watched topic whose symbol traded since the last time, and the trades in it."""
        messages: dict[str, JSON] = {}
        newest: list[Tick] = []
        for symbol, last, seconds in self._take_changed():
            topic = symbol_topic(symbol)
            if topic in self._interest:
                messages[topic] = quote_json(symbol, last, self._summaries.get(symbol))
                newest.append(last)
            messages.update(self._bar_messages(symbol, seconds))
        return messages, newest

    def _take_changed(self) -> list[tuple[str, Tick, list[Bar]]]:
        with self._lock:
            changed = [
                (symbol, tape.last, tape.seconds())
                for symbol, tape in self._tapes.items()
                if tape.changed and tape.last is not None
            ]
            for symbol, _, _ in changed:
                self._tapes[symbol].changed = False
        return changed

    def _bar_messages(self, symbol: str, seconds: list[Bar]) -> dict[str, JSON]:
        messages: dict[str, JSON] = {}
        for timeframe in TIMEFRAMES:
            topic = bars_topic(symbol, timeframe)
            if topic in self._stored:
                bars = live_bars(self._stored[topic], seconds, timeframe)[-BARS_SHOWN:]
                messages[topic] = bars_json(symbol, timeframe, forming=bars[-1], closed=bars[:-1])
        return messages
