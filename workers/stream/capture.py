"""The capture of the watch-list: its threads, and the figures it shows.

socket thread --(bounded)--> sequencing thread --(bounded)--> writing thread
                                    └--> live publisher
"""

import logging
import threading
import time
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
    unsubscribe_message,
)
from workers.settings import load_settings
from workers.stream.backoff import backoff_seconds
from workers.stream.buffer import BoundedBuffer
from workers.stream.connection import LIFETIME_SECONDS, StreamConnection
from workers.stream.figures import Figures, RateMeter, percentiles_ms
from workers.stream.link import LinkCallbacks
from workers.stream.live import LivePublisher
from workers.stream.overseer import Overseer
from workers.stream.sequence import Counts, Sequencer
from workers.stream.universe import load_universe, load_watched
from workers.stream.watchdog import Watchdog
from workers.stream.writer import TickWriter

log = logging.getLogger(__name__)

MESSAGES_WAITING = 100_000  # about 20 MB of raw messages
ROUND_MESSAGES, ROUND_SECONDS = 1_000, 0.05  # what is sorted out and written at once


class Capture:
    """Captures the watch-list from `start` until `stop`."""

    def __init__(self, random: Random | None = None, *, lifetime_seconds: float = LIFETIME_SECONDS) -> None:
        self.symbols: list[str] = []
        self._random = random or Random()
        self._lifetime_seconds = lifetime_seconds
        self._raw: BoundedBuffer[tuple[int, bytes]] = BoundedBuffer(MESSAGES_WAITING)
        self._sequencer = Sequencer()
        self._writer = TickWriter()
        self._live = LivePublisher()
        self._watchdog = Watchdog()
        self._rate = RateMeter()
        self._control_id = 1
        self._stopping = threading.Event()
        self._connection = self._new_connection()
        self._overseer = Overseer(
            self._connection,
            self._sequencer,
            self._watchdog,
            follow_watchlist=self._follow_watchlist,
            sample=lambda: self._rate.sample(self._sequencer.counts.ticks),
        )
        self._beginning = threading.Thread(target=self._begin, name="capture-begin", daemon=True)
        self._sequencing = threading.Thread(target=self._sequence, name="capture-sequence", daemon=True)

    def start(self) -> None:
        """Begin in threads of its own; waits for the exchange and the store as long as it takes."""
        self._beginning.start()

    def stop(self, *, flush_seconds: float) -> None:
        """Close the connection, store what has come, end."""
        self._stopping.set()
        self._beginning.join(flush_seconds / 4)
        self._overseer.stop()
        self._connection.stop(timeout_seconds=2.0)
        self._raw.close()
        if self._sequencing.is_alive():
            self._sequencing.join(flush_seconds / 4)
        if not self._writer.stop(flush_seconds=flush_seconds / 2):
            log.error("stopped before everything was stored batches=%d", len(self._writer))
        self._live.stop()
        log.info("capture stopped stored=%d", self._writer.stored)

    def figures(self) -> Figures:
        """What the System page shows of the feed."""
        counts: Counts = self._sequencer.counts
        heard_at = self._watchdog.last_at
        stored_after = percentiles_ms(self._writer.latencies, p50=0.50, p99=0.99)
        return {
            "symbols": len(self.symbols),
            "connected": int(self._connection.is_connected),
            "connects": self._connection.connects,
            "handovers": self._connection.handovers,
            "trades_per_second": round(self._rate.per_second, 1),
            "ticks_stored": self._writer.stored,
            "repeats": counts.repeats + self._writer.repeated,
            "late": counts.late,
            "gaps_found": counts.gaps,
            "malformed": counts.malformed,
            "placeholders": counts.placeholders,
            "messages_waiting": len(self._raw),
            "batches_waiting": len(self._writer),
            "stored_after_ms_p50": stored_after["p50"],
            "stored_after_ms_p99": stored_after["p99"],
            "silence_seconds": round(time.monotonic() - heard_at, 1) if heard_at else None,
        }

    def _new_connection(self) -> StreamConnection:
        settings = load_settings()
        callbacks = LinkCallbacks(
            greetings=self._greetings,
            on_message=lambda received_ns, raw: self._raw.offer((received_ns, raw)),
            on_open=lambda: self._watchdog.connected(self.symbols, time.monotonic()),
            on_heard=lambda: self._watchdog.heard(time.monotonic()),
            holes=self._sequencer.count_holes,
            stream_of=stream_of,
        )
        return StreamConnection(
            stream_address(settings.binance_ws_url, settings.market),
            callbacks,
            streams=lambda: len(self.symbols),
            random=self._random,
            lifetime_seconds=self._lifetime_seconds,
        )

    def _begin(self) -> None:
        failures = 0
        while not self._stopping.wait(backoff_seconds(failures, self._random)):
            try:
                self._take_on(load_universe())
            except (ExchangeError, PyMongoError, RedisError) as error:
                failures += 1
                log.warning("capture waits try=%d reason=%s", failures, error)
            else:
                break
        if not self._stopping.is_set():
            for part in (self._writer, self._live, self._sequencing, self._connection, self._overseer):
                part.start()
            log.info("capture started symbols=%d stream=%s", len(self.symbols), load_settings().stream)

    def _take_on(self, symbols: list[str]) -> None:
        """Be ready for ticks of these symbols, and subscribe to them from now on."""
        left_out = symbols[STREAMS_PER_CONNECTION - len(self.symbols) :]
        if left_out:
            log.error("symbols left out, one connection holds %d: %s", STREAMS_PER_CONNECTION, left_out)
        for symbol in symbols[: STREAMS_PER_CONNECTION - len(self.symbols)]:
            self._sequencer.add(symbol)
            self._live.add_symbol(symbol)
            self._watchdog.add(symbol, time.monotonic())
            self.symbols = [*self.symbols, symbol]

    def _follow_watchlist(self) -> None:
        """Subscribe to what was added to the list, unsubscribe from what was taken off."""
        watched = load_watched()
        added = [symbol for symbol in watched if symbol not in self.symbols]
        removed = [symbol for symbol in self.symbols if symbol not in watched]
        if added:
            self._take_on(added[: STREAMS_PER_CONNECTION - len(self.symbols)])
            self._connection.say(subscribe_message(_names(added), self._next_control_id()))
        if removed:
            self.symbols = [symbol for symbol in self.symbols if symbol not in removed]
            self._watchdog.remove(removed)
            self._connection.say(unsubscribe_message(_names(removed), self._next_control_id()))
        if added or removed:
            log.info("watch-list followed added=%s removed=%s", ",".join(added), ",".join(removed))

    def _greetings(self) -> list[str]:
        return [subscribe_message(_names(self.symbols), self._next_control_id())] if self.symbols else []

    def _next_control_id(self) -> int:
        self._control_id += 1
        return self._control_id

    def _sequence(self) -> None:
        while not (self._stopping.is_set() and not len(self._raw)):
            messages = self._raw.take(at_most=ROUND_MESSAGES, age_seconds=ROUND_SECONDS)
            if messages:
                self._take_round(messages)

    def _take_round(self, messages: list[tuple[int, bytes]]) -> None:
        batch = self._sequencer.sorted_out(messages)
        now = time.monotonic()
        self._watchdog.heard(now)
        for tick in batch.ticks:
            self._watchdog.traded(tick.symbol, now)
        self._live.add(batch.ticks)
        if batch.shutdown_announced:
            self._connection.hand_over("the exchange announced that it will close")
        while batch and not self._writer.offer(batch):
            time.sleep(0.05)  # the store is behind; the raw buffer fills next, then the connection closes
            if self._stopping.is_set():
                return


def _names(symbols: list[str]) -> list[str]:
    """The exchange's names of their streams."""
    return [stream_name(symbol, load_settings().stream) for symbol in symbols]
