"""Once a second: the exchange's clock, silent streams, repaired holes, and the watch-list."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from workers.binance.errors import ExchangeError
from workers.binance.trades import load_newest_trade
from workers.store.gaps import load_resolved
from workers.stream.connection import StreamConnection
from workers.stream.sequence import Sequencer
from workers.stream.watchdog import Watchdog

log = logging.getLogger(__name__)

WATCH_SECONDS = 1.0
SUSPECT_SECONDS = 60.0  # a silent stream is looked into at most this often
LOOK_AFTER_SECONDS = 2.0  # after a connect; a symbol that traded since then shows its hole itself
RESOLVED_SECONDS = 5.0  # how often the ledger hears which holes were repaired


class Overseer:
    """Looks after a connection and its ledgers, in a thread of its own.

    `follow_watchlist` is called each second and subscribes to what is new;
    `save_clock` hears the exchange's time while trades can come.
    """

    def __init__(
        self,
        connection: StreamConnection,
        sequencer: Sequencer,
        watchdog: Watchdog,
        *,
        exchange_time: Callable[[], datetime],
        save_clock: Callable[[datetime], None],
        follow_watchlist: Callable[[], None],
        sample: Callable[[], None],
    ) -> None:
        self._connection = connection
        self._sequencer = sequencer
        self._watchdog = watchdog
        self._exchange_time = exchange_time
        self._save_clock = save_clock
        self._follow_watchlist = follow_watchlist
        self._sample = sample
        self._suspected: dict[str, float] = {}
        self._heard_of_repairs_at = 0.0
        self._connect_noticed = (0, 0.0)  # which connect, and when it was noticed
        self._looked_after = 0  # the connect after which was looked for missed trades
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture-overseer", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; does not wait for a request that is under way."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(WATCH_SECONDS):
            self._sample()
            self._look(time.monotonic())

    def _look(self, now: float) -> None:
        """All there is to look after; what fails, because a server is away, holds up nothing else."""
        for look in (
            self._act_on_silence,
            self._hear_of_repairs,
            self._sample_clock,
            self._look_for_missed,
            self._look_at_watchlist,
        ):
            try:
                look(now)
            except (ExchangeError, PyMongoError, RedisError) as error:
                log.warning("not looked after by=%s reason=%s", look.__name__.strip("_"), error)

    def _look_at_watchlist(self, now: float) -> None:
        self._follow_watchlist()

    def _sample_clock(self, now: float) -> None:
        """The exchange's time; it closes bars, so it is not asked while no trades can come."""
        if not self._connection.is_connected:
            self._sequencer.note_clock(None)
            return
        try:
            moment = self._exchange_time()
        except ExchangeError:
            self._sequencer.note_clock(None)  # until it is known again
            raise
        self._sequencer.note_clock(moment)
        self._save_clock(moment)

    def _look_for_missed(self, now: float) -> None:
        """After each connect: what was traded meanwhile opens its hole at once, not at the next trade."""
        connects, noticed_at = self._connect_noticed
        if self._connection.connects != connects:
            self._connect_noticed = (self._connection.connects, now)
        elif self._looked_after != connects and now - noticed_at >= LOOK_AFTER_SECONDS:
            self._looked_after = connects
            for symbol in self._watchdog.silent_for(LOOK_AFTER_SECONDS, now):
                newest = load_newest_trade(symbol)
                if newest is not None:
                    self._sequencer.hear(newest)

    def _act_on_silence(self, now: float) -> None:
        if self._watchdog.connection_is_dead(now):
            self._watchdog.give_time(now)
            self._connection.drop("nothing came for too long")
            return
        for symbol in self._watchdog.silent_streams(now):
            if now - self._suspected.get(symbol, -SUSPECT_SECONDS) >= SUSPECT_SECONDS:
                trades = self._trades_elsewhere(symbol)
                self._suspected[symbol] = now
                if trades:  # the others lose nothing while a new connection takes over
                    log.error("stream is silent symbol=%s although it trades", symbol)
                    self._connection.hand_over(f"{symbol} trades, but its stream is silent")
                    return

    def _trades_elsewhere(self, symbol: str) -> bool:
        """Whether the exchange has trades of a symbol that its stream did not bring."""
        newest, last = load_newest_trade(symbol), self._sequencer.last_id(symbol)
        if newest is None:
            return False
        if last is None:  # not a single trade so far: the next look compares with this one
            self._sequencer.hear(newest)
            return False
        return newest.id > last

    def _hear_of_repairs(self, now: float) -> None:
        if now - self._heard_of_repairs_at < RESOLVED_SECONDS:
            return
        self._heard_of_repairs_at = now
        for symbol, rows in self._sequencer.open_rows().items():
            resolved = load_resolved(symbol, rows)
            if resolved:
                self._sequencer.note_resolved(symbol, resolved)
