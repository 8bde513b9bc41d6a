"""Messages in, new ticks out: drops repeats, records holes, sets malformed ones aside."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from analytics.quality.holes import IdLedger, Seen
from analytics.records.market import Tick
from analytics.timeframes import bar_start
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Notice, Placeholder, moment_of, parsed_message
from workers.store.cursors import load_cursor
from workers.store.gaps import load_unresolved_gaps
from workers.store.quarantine import Quarantined
from workers.store.rebuilds import note_rebuilds
from workers.store.ticks import load_ticks
from workers.stream.batch import Batch
from workers.stream.quarantine_bound import QuarantineBound

log = logging.getLogger(__name__)

LOG_SECONDS = 60.0
AHEAD = timedelta(minutes=10)  # of the exchange's clock: no trade is; at sixty times the speed its word lags
CLOCK_LASTS_SECONDS = 5.0  # the exchange's word about its time; who is to ask it may be held up


@dataclass(slots=True)
class Counts:
    """What came since the process started."""

    messages: int = 0
    ticks: int = 0
    repeats: int = 0
    late: int = 0
    placeholders: int = 0
    malformed: int = 0
    unkept: int = 0  # of the malformed those that quarantine had no room for
    gaps: int = 0


class Sequencer:
    """Knows of each symbol which ids have come; one per stream process. `clock`: monotonic, seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.counts = Counts()
        self._quarantine = QuarantineBound()
        self._ledgers: dict[str, IdLedger] = {}
        self._say_again_at: dict[str, float] = {}  # when the new ids of a symbol are logged again
        self._elsewhere: frozenset[str] = frozenset()
        self._resolved: deque[tuple[str, set[int]]] = deque()
        self._heard_elsewhere: deque[Tick] = deque()
        self._latest: tuple[datetime, float] | None = None  # the exchange's time, and when it was told

    def add(self, symbol: str) -> None:
        """Take ticks of a symbol from now on, where the store left off; one known before goes on."""
        if symbol not in self._ledgers:
            self._ledgers = {**self._ledgers, symbol: stored_ledger(symbol)}

    def pass_over(self, symbols: Iterable[str]) -> None:
        """Symbols that another shard has: of their messages nothing is made here."""
        self._elsewhere = frozenset(symbols)

    def count_holes(self) -> int:
        """How many gap rows are open here."""
        return sum(len(rows) for rows in self.open_rows().values())

    def last_id(self, symbol: str) -> int | None:
        """The highest id that came of a symbol."""
        return self._ledgers[symbol].last_id

    def open_rows(self) -> dict[str, list[int]]:
        """First ids of the gap rows that are open here, by symbol."""
        return {symbol: rows for symbol, ledger in self._ledgers.items() if (rows := ledger.rows)}

    def note_resolved(self, symbol: str, first_ids: set[int]) -> None:
        """Rows that the repair has resolved meanwhile; taken in before the next round."""
        self._resolved.append((symbol, first_ids))

    def hear(self, tick: Tick) -> None:
        """A trade that did not come on the stream; taken in with the next round."""
        self._heard_elsewhere.append(tick)

    @property
    def has_heard(self) -> bool:
        """Whether trades wait that did not come on the stream."""
        return bool(self._heard_elsewhere)

    def note_clock(self, moment: datetime | None) -> None:
        """The exchange's time, against which the times of trades are judged; None: not known now."""
        self._latest = None if moment is None else (moment, self._clock())

    def sorted_out(self, messages: list[tuple[int, bytes]]) -> Batch:
        """New ticks, changed gaps and malformed messages of one round, in order of arrival."""
        while self._resolved:
            symbol, first_ids = self._resolved.popleft()
            self._ledgers[symbol].forget(first_ids)
        batch = Batch()
        while self._heard_elsewhere:
            with suppress(MalformedMessage):  # of REST: asked for again when it matters
                self._sort_in_tick(batch, self._heard_elsewhere.popleft())
        for received_ns, raw in messages:
            self.counts.messages += 1
            received_at = moment_of(received_ns // 1_000_000)  # as fine as it is stored
            try:
                self._sort_in(batch, parsed_message(raw, received_at))
            except MalformedMessage as problem:
                self._set_aside(batch, Quarantined(received_at, str(problem), raw, str(received_ns)))
        self._collect_gaps(batch)
        return batch

    def _set_aside(self, batch: Batch, message: Quarantined) -> None:
        self.counts.malformed += 1
        if self._quarantine.has_room(message.reason, message.received_at.timestamp()):
            batch.quarantined.append(message)
        else:
            self.counts.unkept += 1

    def _sort_in(self, batch: Batch, message: Tick | Placeholder | Notice) -> None:
        if isinstance(message, Tick | Placeholder) and message.symbol in self._elsewhere:
            return
        if isinstance(message, Tick):
            self._sort_in_tick(batch, message)
        elif isinstance(message, Placeholder):
            self.counts.placeholders += 1
            self._ledger(message.symbol).see(message.id, message.traded_at)
        elif message is Notice.SHUTDOWN:
            batch.shutdown_announced = True

    def _sort_in_tick(self, batch: Batch, tick: Tick) -> None:
        ledger = self._ledger(tick.symbol)
        if self._is_far_ahead(tick):
            raise MalformedMessage(f"T: {tick.traded_at} is far ahead of the exchange's clock")
        seen = ledger.see(tick.id, tick.traded_at)
        if seen is Seen.REPEAT:
            self.counts.repeats += 1
            return
        if seen is Seen.RECOUNTED:
            self._say_recounted(tick, ledger)
        self.counts.ticks += 1
        batch.ticks.append(tick)
        if seen is Seen.LATE:
            self.counts.late += 1
            batch.late.append(tick)
        else:
            batch.newest[tick.symbol] = tick

    def _is_far_ahead(self, tick: Tick) -> bool:
        """Whether no trade can be of that time yet; nobody knows while the exchange's time is an old word."""
        if self._latest is None:
            return False
        moment, told_at = self._latest
        return tick.traded_at > moment + AHEAD and self._clock() - told_at < CLOCK_LASTS_SECONDS

    def _say_recounted(self, tick: Tick, ledger: IdLedger) -> NoReturn:
        """Ids that were begun anew: no later trade can be told from an old one, so none is stored."""
        problem = f"id: {tick.id} of {tick.traded_at} is below {ledger.last_id} of {ledger.last_traded_at}"
        now = self._clock()
        if now >= self._say_again_at.get(tick.symbol, now):
            self._say_again_at[tick.symbol] = now + LOG_SECONDS
            log.error("ids were begun anew, trades are not stored symbol=%s %s", tick.symbol, problem)
        raise MalformedMessage(problem)

    def _ledger(self, symbol: str) -> IdLedger:
        ledger = self._ledgers.get(symbol)
        if ledger is None:
            raise MalformedMessage(f"s: {symbol[:40]!r} was not subscribed to")
        return ledger

    def _collect_gaps(self, batch: Batch) -> None:
        found_at = batch.ticks[-1].traded_at if batch.ticks else datetime.now(UTC)
        for ledger in self._ledgers.values():
            batch.gaps.extend(ledger.take_changes(found_at))
        self.counts.gaps += sum(1 for gap in batch.gaps if gap.found_at == found_at)


def stored_ledger(symbol: str) -> IdLedger:
    """The ledger of a symbol as the store has it.

    It begins at the cursor, with the holes on record; the ticks that lie beyond
    the cursor or in those holes were stored before a crash and are seen again.
    """
    cursor, gaps = load_cursor(symbol), load_unresolved_gaps(symbol)
    ledger = IdLedger(
        symbol, cursor.last_id if cursor else None, cursor.last_traded_at if cursor else None, gaps
    )
    for first, last in ledger.missing:
        _see_stored(ledger, load_ticks(symbol, after_id=first - 1, up_to_id=last))
    _see_stored(ledger, load_ticks(symbol, after_id=cursor.last_id if cursor else -1))
    return ledger


def _see_stored(ledger: IdLedger, ticks: list[Tick]) -> None:
    late = [tick for tick in ticks if ledger.see(tick.id, tick.traded_at) is Seen.LATE]
    note_rebuilds((tick.symbol, bar_start(tick.traded_at, "1s")) for tick in late)
