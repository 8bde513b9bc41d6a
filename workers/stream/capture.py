"""The capture of a set of symbols: its threads, and the figures it shows.

socket thread --(bounded)--> sequencing thread --(bounded)--> writing thread
                                    └--> live publisher
"""

import logging
import threading
import time
from collections import deque
from random import Random

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from workers.binance.errors import ExchangeError
from workers.binance.feed import (
    STREAMS_PER_CONNECTION,
    stream_address,
    stream_name,
    stream_of,
    subscribe_message,
)
from workers.binance.history import load_exchange_time
from workers.binance.trades import load_newest_id
from workers.settings import load_settings
from workers.store.gaps import load_resolved
from workers.store.market_clock import save_market_clock
from workers.stream.backoff import backoff_seconds
from workers.stream.buffer import BoundedBuffer
from workers.stream.connection import LIFETIME_SECONDS, StreamConnection
from workers.stream.link import LinkCallbacks
from workers.stream.live import LivePublisher
from workers.stream.sequence import Counts, Sequencer
from workers.stream.universe import load_universe
from workers.stream.watchdog import Watchdog
from workers.stream.writer import TickWriter

log = logging.getLogger(__name__)

MESSAGES_WAITING = 100_000  # about 20 MB of raw messages
ROUND_MESSAGES, ROUND_SECONDS = 1_000, 0.05  # what is sorted out and written at once
WATCH_SECONDS = 1.0
REPORT_SECONDS = 60.0
RESOLVED_SECONDS = 5.0  # how often the ledger hears which holes were repaired
SUSPECT_SECONDS = 60.0  # a silent stream is looked into at most this often
RATE_WINDOW_SECONDS = 10.0


class Capture:
    """Captures the watch-list from `start` until `stop`."""

    def __init__(self, random: Random | None = None, *, lifetime_seconds: float = LIFETIME_SECONDS) -> None:
        self.symbols: list[str] = []
        self._lifetime_seconds = lifetime_seconds
        self._random = random or Random()
        self._raw: BoundedBuffer[tuple[int, bytes]] = BoundedBuffer(MESSAGES_WAITING)
        self._writer = TickWriter()
        self._watchdog = Watchdog()
        self._stopping = threading.Event()
        self._sequencer: Sequencer | None = None
        self._connection: StreamConnection | None = None
        self._live: LivePublisher | None = None
        self._recent: deque[tuple[float, int]] = deque(maxlen=16)
        self._suspected: dict[str, float] = {}
        self._threads = [
            threading.Thread(target=target, name=f"capture-{target.__name__}", daemon=True)
            for target in (self._begin, self._watch)
        ]

    def start(self) -> None:
        """Begin in threads of its own; waits for the exchange and the store as long as it takes."""
        for thread in self._threads:
            thread.start()

    def stop(self, *, flush_seconds: float) -> None:
        """Close the connection, store what has come, end."""
        self._stopping.set()
        if self._connection is not None:
            self._connection.stop(timeout_seconds=2.0)
        self._raw.close()
        if self._sequencer is not None:
            self._threads[-1].join(flush_seconds / 2)
            if not self._writer.stop(flush_seconds=flush_seconds / 2):
                log.error("stopped before everything was stored batches=%d", len(self._writer))
        if self._live is not None:
            self._live.stop()
        log.info("capture stopped stored=%d", self._writer.stored)

    def figures(self) -> dict[str, float | int | str | None]:
        """What the System page shows of the feed."""
        counts = self._sequencer.counts if self._sequencer else Counts()
        latencies = sorted(self._writer.latencies)
        return {
            "symbols": len(self.symbols),
            "connected": int(self._connection is not None and self._watchdog.last_at > 0),
            "connects": self._connection.connects if self._connection else 0,
            "handovers": self._connection.handovers if self._connection else 0,
            "trades_per_second": round(self._rate(counts.ticks), 1),
            "ticks_stored": self._writer.stored,
            "repeats": counts.repeats + self._writer.repeated,
            "late": counts.late,
            "gaps_found": counts.gaps,
            "malformed": counts.malformed,
            "placeholders": counts.placeholders,
            "messages_waiting": len(self._raw),
            "batches_waiting": len(self._writer),
            "stored_after_ms_p50": _percentile_ms(latencies, 0.50),
            "stored_after_ms_p99": _percentile_ms(latencies, 0.99),
            "silence_seconds": round(time.monotonic() - self._watchdog.last_at, 1)
            if self._watchdog.last_at
            else None,
        }

    def _begin(self) -> None:
        failures = 0
        while not self._stopping.wait(backoff_seconds(failures, self._random)):
            try:
                self._connect(load_universe())
            except (ExchangeError, PyMongoError, RedisError) as error:
                failures += 1
                log.warning("capture waits try=%d reason=%s", failures, error)
            else:
                return

    def _connect(self, symbols: list[str]) -> None:
        settings = load_settings()
        self.symbols = symbols[:STREAMS_PER_CONNECTION]
        if len(symbols) > STREAMS_PER_CONNECTION:
            log.error("symbols left out, one connection holds %d left_out=%d", STREAMS_PER_CONNECTION,
                      len(symbols) - STREAMS_PER_CONNECTION)  # fmt: skip
        self._sequencer = Sequencer(self.symbols)
        self._live = LivePublisher(self.symbols)
        callbacks = LinkCallbacks(
            greetings=self._greetings,
            on_message=lambda received_ns, raw: self._raw.offer((received_ns, raw)),
            on_open=lambda: self._watchdog.connected(self.symbols, time.monotonic()),
            on_heard=lambda: self._watchdog.heard(time.monotonic()),
            holes=self._open_holes,
            stream_of=stream_of,
        )
        self._connection = StreamConnection(
            stream_address(settings.binance_ws_url, settings.market),
            callbacks,
            streams=len(self.symbols),
            random=self._random,
            lifetime_seconds=self._lifetime_seconds,
        )
        sequencing = threading.Thread(target=self._sequence, name="capture-sequence", daemon=True)
        self._threads.append(sequencing)
        for part in (self._writer, self._live, sequencing, self._connection):
            part.start()
        log.info("capture started symbols=%d stream=%s", len(self.symbols), settings.stream)

    def _open_holes(self) -> int:
        rows = self._sequencer.open_rows() if self._sequencer else {}
        return sum(len(ids) for ids in rows.values())

    def _greetings(self) -> list[str]:
        kind = load_settings().stream
        return [subscribe_message([stream_name(symbol, kind) for symbol in self.symbols], 1)]

    def _sequence(self) -> None:
        while not (self._stopping.is_set() and not len(self._raw)):
            messages = self._raw.take(at_most=ROUND_MESSAGES, age_seconds=ROUND_SECONDS)
            if messages:
                self._take_round(messages)

    def _take_round(self, messages: list[tuple[int, bytes]]) -> None:
        assert self._sequencer is not None and self._live is not None  # noqa: PT018 - set before this thread
        batch = self._sequencer.sorted_out(messages)
        now = time.monotonic()
        self._watchdog.heard(now)
        for tick in batch.ticks:
            self._watchdog.traded(tick.symbol, now)
        self._live.add(batch.ticks)
        if batch.shutdown_announced and self._connection is not None:
            self._connection.hand_over("the exchange announced that it will close")
        while batch and not self._writer.offer(batch):
            time.sleep(0.05)  # the store is behind; the raw buffer fills next, then the connection closes
            if self._stopping.is_set():
                return

    def _watch(self) -> None:
        reported_at = looked_at = time.monotonic()
        while not self._stopping.wait(WATCH_SECONDS):
            now = time.monotonic()
            if self._connection is None or not self._watchdog.last_at:
                continue
            self._recent.append((now, self._sequencer.counts.ticks if self._sequencer else 0))
            self._sample_market_clock()
            self._act_on_silence(now)
            if now - looked_at >= RESOLVED_SECONDS:
                looked_at = now
                self._hear_of_repairs()
            if now - reported_at >= REPORT_SECONDS:
                reported_at = now
                log.info("capture figures %s", " ".join(f"{k}={v}" for k, v in self.figures().items()))

    def _hear_of_repairs(self) -> None:
        if self._sequencer is None:
            return
        try:
            for symbol, rows in self._sequencer.open_rows().items():
                self._sequencer.note_resolved(symbol, load_resolved(symbol, rows))
        except PyMongoError as error:
            log.warning("repairs not heard of reason=%s", type(error).__name__)

    def _sample_market_clock(self) -> None:
        try:
            save_market_clock(load_exchange_time())
        except (ExchangeError, PyMongoError, RedisError) as error:
            log.warning("market clock not sampled reason=%s", error)

    def _act_on_silence(self, now: float) -> None:
        if self._connection is None:
            return
        if self._watchdog.connection_is_dead(now):
            self._watchdog.heard(now)  # gives the next connection its time
            self._connection.drop("nothing came for too long")
            return
        for symbol in self._watchdog.silent_streams(now):
            if now - self._suspected.get(symbol, -SUSPECT_SECONDS) >= SUSPECT_SECONDS:
                self._suspected[symbol] = now
                if self._trades_elsewhere(symbol):
                    self._connection.drop(f"{symbol} trades, but its stream is silent")
                    return

    def _trades_elsewhere(self, symbol: str) -> bool:
        """Whether the exchange has trades of a symbol that its stream did not bring."""
        try:
            newest = load_newest_id(symbol)
        except (ExchangeError, RedisError) as error:
            log.warning("silent stream not looked into symbol=%s reason=%s", symbol, error)
            return False
        last = self._sequencer.last_id(symbol) if self._sequencer else None
        return newest is not None and last is not None and newest > last

    def _rate(self, ticks: int) -> float:
        """Ticks per second over the last ten seconds or so."""
        old = [(at, count) for at, count in self._recent if time.monotonic() - at <= RATE_WINDOW_SECONDS]
        if len(old) < 2 or old[-1][0] == old[0][0]:
            return 0.0
        return (old[-1][1] - old[0][1]) / (old[-1][0] - old[0][0])


def _percentile_ms(ascending: list[float], share: float) -> float | None:
    """A percentile in milliseconds, None without values."""
    if not ascending:
        return None
    return round(1000 * ascending[min(len(ascending) - 1, int(share * len(ascending)))], 1)
