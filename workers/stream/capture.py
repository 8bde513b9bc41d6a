"""The capture of one shard of the watch-list: its threads, and the figures it shows.

socket thread --(bounded)--> sequencing thread --(bounded)--> writing thread
                              ├--> spool on disk, read back when the store is behind
                              └--> live publisher

A successor begins with the socket alone, and with the rest when it may: what came
by then waits, and the ids that its predecessor stored meanwhile are dropped as repeats.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from workers.binance.errors import ExchangeError
from workers.binance.feed import stream_address, stream_of
from workers.coordination.shards import Shard
from workers.settings import load_settings
from workers.store.fences import take_fence
from workers.store.market_clock import save_market_clock, save_shard_clock
from workers.stream.backoff import ConnectQuota, backoff_seconds
from workers.stream.connection import LIFETIME_SECONDS, StreamConnection
from workers.stream.exchange_clock import ExchangeClock
from workers.stream.figures import Figures, RateMeter, percentiles_ms
from workers.stream.intake import Intake, Round
from workers.stream.link import LinkCallbacks
from workers.stream.live import LivePublisher
from workers.stream.overseer import Overseer
from workers.stream.segment import Message
from workers.stream.sequence import Counts, Sequencer
from workers.stream.spool import Spool
from workers.stream.spool_roots import carry_over, spool_root
from workers.stream.subscriptions import Subscriptions
from workers.stream.universe import load_universe, load_watched
from workers.stream.watchdog import Watchdog
from workers.stream.writer import TickWriter

log = logging.getLogger(__name__)

ALL = Shard()
SHUTDOWN_STREAM = b"!serverShutdown"
BUSY_MESSAGES = 5_000  # a quarter of a second at the highest rates


class Capture:
    """Captures the symbols of a shard from `start` until `stop`.

    Parameters
    ----------
    holder : name of the worker, for the record
    is_successor : listen only, until `take_over`
    quota : of connects, shared by the captures of a process
    exchange_time : tells the exchange's clock, asked once a second; shared likewise
    """

    def __init__(
        self,
        random: Random | None = None,
        *,
        shard: Shard = ALL,
        holder: str = "",
        is_successor: bool = False,
        quota: ConnectQuota | None = None,
        exchange_time: Callable[[], datetime] | None = None,
        lifetime_seconds: float = LIFETIME_SECONDS,
    ) -> None:
        self.shard = shard
        self.failures = 0  # attempts to begin that failed
        self._random = random or Random()
        self._holder = holder
        self._is_successor = is_successor
        self._entitled = threading.Event()  # to write what comes
        if not is_successor:
            self._entitled.set()
        self._spool = _new_spool(shard)
        self._intake = Intake(self._spool)
        self._sequencer = Sequencer()
        self._writer = TickWriter(on_stored=self._spool.acknowledge)
        self._live = LivePublisher()
        self._watchdog = Watchdog()
        self._subscriptions = Subscriptions(self._watchdog)
        self._rate = RateMeter()
        self._drain_until = float("inf")  # monotonic; how long a stop waits for what lies on disk
        self._stopping = threading.Event()
        self._connection = self._new_connection(quota, lifetime_seconds)
        self._overseer = Overseer(
            self._connection,
            self._sequencer,
            self._watchdog,
            exchange_time=exchange_time or ExchangeClock(),
            save_clock=self._save_clock,
            follow_watchlist=self._follow_watchlist,
            sample=lambda: self._rate.sample(self._sequencer.counts.ticks),
        )
        self._beginning = threading.Thread(target=self._begin, name="capture-begin", daemon=True)
        self._sequencing = threading.Thread(target=self._sequence, name="capture-sequence", daemon=True)

    def start(self) -> None:
        """Begin in threads of its own; waits for the exchange and the store as long as it takes."""
        self._beginning.start()

    @property
    def symbols(self) -> list[str]:
        """Whose trades are captured."""
        return self._subscriptions.symbols

    @property
    def is_ready(self) -> bool:
        """Whether a successor's stream comes in, so that its predecessor may go."""
        return self._connection.is_delivering

    @property
    def is_fenced(self) -> bool:
        """Whether another worker has taken the shard."""
        return self._writer.is_fenced

    @property
    def has_begun(self) -> bool:
        """Whether trades have come."""
        return self._sequencer.counts.messages > 0

    @property
    def is_busy(self) -> bool:
        """Whether more messages come than are sorted out, so that all else must stand back."""
        return len(self._intake) > BUSY_MESSAGES

    def take_over(self) -> None:
        """The predecessor has stored what it had and is gone: go on where it left off."""
        self._entitled.set()

    def stop(self, *, flush_seconds: float) -> None:
        """Close the connection, store what has come, end."""
        self._stopping.set()
        self._entitled.set()
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
            "unkept": counts.unkept,
            "placeholders": counts.placeholders,
            "messages_waiting": len(self._intake),
            "batches_waiting": len(self._writer),
            "stored_late": self._writer.stored_late,
            "stored_after_ms_p50": stored_after["p50"],
            "stored_after_ms_p99": stored_after["p99"],
            "silence_seconds": round(time.monotonic() - heard_at, 1) if heard_at else None,
            **self._writer.figures(),
            **self._live.figures(),
            **self._spool.figures(),
        }

    def _new_connection(self, quota: ConnectQuota | None, lifetime_seconds: float) -> StreamConnection:
        settings = load_settings()
        callbacks = LinkCallbacks(
            greetings=self._subscriptions.greetings,
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
            lifetime_seconds=lifetime_seconds,
            notes_streams=self._is_successor,
            quota=quota,
        )

    def _begin(self) -> None:
        self._insist(self._expect_universe)
        if self._is_successor:
            self._connection.start()
            self._entitled.wait()
        self._insist(self._continue)
        if self._stopping.is_set():
            return
        for part in (self._live, self._sequencing, self._overseer):
            part.start()
        if not self._is_successor:
            self._connection.start()
        kind = load_settings().stream
        log.info("capture started shard=%s symbols=%d stream=%s", self.shard, len(self.symbols), kind)

    def _insist(self, step: Callable[[], None]) -> None:
        """Try until it succeeds or the capture stops."""
        failures = 0
        while not self._stopping.wait(backoff_seconds(failures, self._random)):
            try:
                step()
            except (ExchangeError, PyMongoError, RedisError) as error:
                failures += 1
                self.failures += 1
                log.warning("capture waits shard=%s try=%d reason=%s", self.shard, failures, error)
            else:
                return

    def _expect_universe(self) -> None:
        """Subscribe to the symbols of this shard; of the others some messages may lie in the spool."""
        watched = load_universe()
        own = self.shard.of(watched)
        self._sequencer.pass_over(set(watched).difference(own))
        self._subscriptions.expect(own)

    def _continue(self) -> None:
        """Take the ledgers on, where the store has them, and keep former holders off them."""
        fence = take_fence(str(self.shard), self._holder)
        fence.put_up(self.symbols)
        self._take_on(self.symbols)
        self._writer.start(fence)

    def _take_on(self, symbols: Sequence[str]) -> None:
        """Be ready for ticks of these symbols."""
        for symbol in symbols:
            self._sequencer.add(symbol)
            self._live.add_symbol(symbol)

    def _follow_watchlist(self) -> None:
        watched = self.shard.of(load_watched())
        self._subscriptions.follow(watched, take_on=self._take_on, say=self._connection.say)

    def _save_clock(self, reached: datetime) -> None:
        """The exchange's time as it is shown, and as it closes the bars of this shard."""
        save_market_clock(reached)
        save_shard_clock(str(self.shard), self.symbols, reached)

    def _sequence(self) -> None:
        while not (self._stopping.is_set() and self._is_drained()):
            has_room = self._writer.has_room
            taken = self._intake.next_round(room=has_room)
            if taken.arrived:
                self._note_arrived(taken.arrived)
            if taken.messages or (has_room and self._sequencer.has_heard):
                self._sort_out(taken)

    def _is_drained(self) -> bool:
        """Whether a stop need not wait: what the store does not take in time stays on disk."""
        return not len(self._intake) and (not self._intake.is_behind or time.monotonic() > self._drain_until)

    def _note_arrived(self, messages: list[Message]) -> None:
        """Which streams live: known at once, also while the store is behind."""
        now = time.monotonic()
        self._watchdog.heard(now)
        streams = {stream_of(raw) for _, raw in messages}
        for symbol in self._subscriptions.live_in(streams):
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


def _new_spool(shard: Shard) -> Spool:
    """Below SPOOL_DIR; shards have folders and room of their own."""
    try:
        carry_over(shard.count)
    except OSError as error:
        log.error("spool of another number of shards is not carried over reason=%s", error)
    room = int(load_settings().spool_gb * 1e9)
    return Spool(spool_root(shard), capacity_bytes=room // shard.count)
