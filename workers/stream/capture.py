"""The capture of the watch-list: its threads, and the figures it shows.

socket thread --(bounded)--> sequencing thread --(bounded)--> writing thread
                              ├--> spool on disk, read back when the store is behind
                              └--> live publisher
"""

import logging
import threading
import time
from pathlib import Path
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
from workers.stream.connection import LIFETIME_SECONDS, StreamConnection
from workers.stream.figures import Figures, RateMeter, percentiles_ms
from workers.stream.intake import Intake, Round
from workers.stream.link import LinkCallbacks
from workers.stream.live import LivePublisher
from workers.stream.overseer import Overseer
from workers.stream.segment import Message
from workers.stream.sequence import Counts, Sequencer
from workers.stream.spool import Spool
from workers.stream.universe import load_universe, load_watched
from workers.stream.watchdog import Watchdog
from workers.stream.writer import TickWriter

log = logging.getLogger(__name__)

SHUTDOWN_STREAM = b"!serverShutdown"


class Capture:
    """Captures the watch-list from `start` until `stop`."""

    def __init__(self, random: Random | None = None, *, lifetime_seconds: float = LIFETIME_SECONDS) -> None:
        self.symbols: list[str] = []
        self.failures = 0  # attempts to begin that failed
        self._random = random or Random()
        self._lifetime_seconds = lifetime_seconds
        self._spool = _new_spool()
        self._intake = Intake(self._spool)
        self._sequencer = Sequencer()
        self._writer = TickWriter(on_stored=self._spool.acknowledge)
        self._live = LivePublisher()
        self._watchdog = Watchdog()
        self._rate = RateMeter()
        self._control_id = 1
        self._kind = load_settings().stream
        self._drain_until = 0.0  # monotonic; how long a stop waits for what lies on disk
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
        self._drain_until = time.monotonic() + flush_seconds / 4
        self._intake.close()
        if self._sequencing.is_alive():
            self._sequencing.join(flush_seconds / 4 + 1.0)
        if self._writer.stop(flush_seconds=flush_seconds / 2) and not self._intake.is_behind:
            self._spool.acknowledge(self._spool.taken)
        else:
            log.warning("stopped before everything was stored, the rest waits on disk mb=%.1f",
                        self._spool.size / 1e6)  # fmt: skip
        if not self._sequencing.is_alive():
            self._spool.close()
        self._live.stop()
        log.info("capture stopped stored=%d", self._writer.stored)

    def figures(self) -> Figures:
        """What the System page shows of the feed."""
        counts: Counts = self._sequencer.counts
        heard_at = self._watchdog.heard_at
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
            "messages_waiting": len(self._intake),
            "batches_waiting": len(self._writer),
            "stored_after_ms_p50": stored_after["p50"],
            "stored_after_ms_p99": stored_after["p99"],
            "silence_seconds": round(time.monotonic() - heard_at, 1) if heard_at else None,
            **self._spool.figures(),
        }

    def _new_connection(self) -> StreamConnection:
        settings = load_settings()
        callbacks = LinkCallbacks(
            greetings=self._greetings,
            on_message=self._intake.offer,
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
        while not self._stopping.wait(backoff_seconds(self.failures, self._random)):
            try:
                self._take_on(load_universe())
            except (ExchangeError, PyMongoError, RedisError) as error:
                self.failures += 1
                log.warning("capture waits try=%d reason=%s", self.failures, error)
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
        while not (self._stopping.is_set() and self._is_drained()):
            taken = self._intake.next_round(room=self._writer.has_room)
            if taken.arrived:
                self._note_arrived(taken.arrived)
            if taken.messages:
                self._sort_out(taken)

    def _is_drained(self) -> bool:
        """Whether a stop need not wait: what the store does not take in time stays on disk."""
        return not len(self._intake) and (not self._intake.is_behind or time.monotonic() > self._drain_until)

    def _note_arrived(self, messages: list[Message]) -> None:
        """Which streams live: known at once, also while the store is behind."""
        now = time.monotonic()
        self._watchdog.heard(now)
        streams = {stream_of(raw) for _, raw in messages}
        for symbol in self.symbols:
            if stream_name(symbol, self._kind).encode() in streams:
                self._watchdog.traded(symbol, now)
        if SHUTDOWN_STREAM in streams:
            self._connection.hand_over("the exchange announced that it will close")

    def _sort_out(self, taken: Round) -> None:
        batch = self._sequencer.sorted_out(taken.messages)
        batch.taken = taken.taken
        self._live.add(batch.ticks)
        if batch.shutdown_announced and taken.messages is taken.arrived:  # else it is long past
            self._connection.hand_over("the exchange announced that it will close")
        if batch:
            self._writer.offer(batch)


def _new_spool() -> Spool:
    settings = load_settings()
    root = Path(settings.spool_dir).expanduser() / settings.database
    return Spool(root, capacity_bytes=int(settings.spool_gb * 1e9))


def _names(symbols: list[str]) -> list[str]:
    """The exchange's names of their streams."""
    return [stream_name(symbol, load_settings().stream) for symbol in symbols]
