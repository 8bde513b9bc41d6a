"""Batches -> store, in order: ticks, gap rows, seconds to rebuild, quarantine; now and then cursors.

A crash between two steps loses nothing: the cursor lags behind all of them, and
what lies beyond it is looked through at the next start. A batch is tried until
the store has it; every write may be repeated without changing anything. While
the store is away a few batches wait here, the rest waits in the spool as messages.
Once another worker has taken the shard, ticks are still stored, as ids make them
one; of the ledger nothing is.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from pymongo.errors import PyMongoError

from analytics.records.market import Tick
from analytics.timeframes import bar_start
from workers.store.cursors import save_cursors
from workers.store.errors import Fenced
from workers.store.fences import Fence
from workers.store.gaps import save_gaps
from workers.store.market_clock import follow_trades
from workers.store.quarantine import save_quarantined
from workers.store.rebuilds import note_rebuilds
from workers.store.ticks import save_ticks
from workers.stream.batch import Batch, joined
from workers.stream.buffer import BoundedBuffer
from workers.stream.delays import Delays
from workers.stream.figures import Figures
from workers.stream.sequence import AHEAD

log = logging.getLogger(__name__)

BATCHES_WAITING = 50  # of at most 1,000 ticks: about 20 MB
BATCHES_JOINED = 10  # written at once when they wait: a slow disk is waited for once, not once each
RETRY_SECONDS = 0.5
CURSOR_SECONDS = 1.0
LATENCIES_KEPT = 2_000
LATE_SECONDS = 1.0  # received -> stored: later than that is counted


class TickWriter:
    """One thread that writes batches in the order they came.

    `on_stored` hears `Batch.taken` of each batch that is in the journal of the store.
    """

    def __init__(self, on_stored: Callable[[int], None] = lambda taken: None) -> None:
        self._on_stored = on_stored
        self.stored = 0
        self.repeated = 0
        self.stored_late = 0
        self.is_fenced = False  # another worker has taken the shard
        self.failing_since: float | None = None  # monotonic
        self.latencies: deque[float] = deque(maxlen=LATENCIES_KEPT)  # seconds, received -> stored
        self._arrived, self._done = Delays(), Delays()
        self._fence: Fence | None = None
        self._newest: dict[str, Tick] = {}
        self._cursors_due = 0.0
        self._waiting: BoundedBuffer[Batch] = BoundedBuffer(BATCHES_WAITING)
        self._stopping = threading.Event()
        self._give_up_at = float("inf")
        self._gave_up = False
        self._thread = threading.Thread(target=self._run, name="tick-writer", daemon=True)

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Whether another batch may be offered."""
        return len(self._waiting) < BATCHES_WAITING

    def figures(self) -> Figures:
        """How long after the trade it came, and how long after it was stored."""
        return self._arrived.figures("received") | self._done.figures("stored")

    def start(self, fence: Fence) -> None:
        """Begin to write, for as long as nobody takes a newer fence."""
        self._fence = fence
        self._thread.start()

    def offer(self, batch: Batch) -> bool:
        """Hand a batch over; False when too many wait already."""
        return self._waiting.offer(batch)

    def stop(self, *, flush_seconds: float) -> bool:
        """Write what waits, then end; False when something could not be written in time."""
        self._give_up_at = time.monotonic() + flush_seconds
        self._stopping.set()
        self._waiting.close()
        if self._thread.is_alive():
            self._thread.join(flush_seconds + 1.0)
        return not (self._waiting or self._gave_up or self._thread.is_alive())

    def _run(self) -> None:
        while not (self._stopping.is_set() and not len(self._waiting)):
            batches = self._waiting.take(at_most=BATCHES_JOINED, age_seconds=0.1)
            if not batches:
                continue
            batch = joined(batches)
            if not self._write_until_stored(batch):
                self._gave_up = True
                return
            self._on_stored(batch.taken)
        self._write_until_stored(Batch())  # the last cursors

    def _write_until_stored(self, batch: Batch) -> bool:
        steps: list[Callable[[Batch], None]] = [
            self._save_ticks,
            self._save_gaps,
            _note_rebuilds,
            _save_quarantined,
            self._save_cursors,
        ]
        while steps:
            try:
                steps[0](batch)
                steps.pop(0)
            except Fenced as refusal:
                self._note_refusal(refusal)
                steps.pop(0)
            except PyMongoError as error:
                self._note_failure(error)
                if time.monotonic() > self._give_up_at:
                    return False
                time.sleep(RETRY_SECONDS)
        self._note_success()
        return True

    def _save_ticks(self, batch: Batch) -> None:
        if not batch.ticks:
            return
        saved = save_ticks(batch.ticks)
        now = time.time()
        self.stored += saved.stored
        self.repeated += saved.repeated
        waited = [now - tick.received_at.timestamp() for tick in batch.ticks[::50]]
        if max(waited) > LATE_SECONDS / 2:
            self.stored_late += sum(now - t.received_at.timestamp() > LATE_SECONDS for t in batch.ticks)
        self.latencies.extend(waited)
        self._arrived.note_arrivals(batch.ticks[::50])
        self._done.note(batch.ticks[::50])
        if self._fence is not None:
            newest = max(tick.traded_at for tick in batch.ticks[-200:])
            follow_trades(newest, shard=self._fence.shard, ahead=AHEAD)

    def _save_gaps(self, batch: Batch) -> None:
        if batch.gaps and self._fence is not None and not self.is_fenced:
            self._fence.check()
            save_gaps(batch.gaps)

    def _save_cursors(self, batch: Batch) -> None:
        """Rarely, as a cursor may lag; at the end, so that the next start has nothing to look through."""
        self._newest.update(batch.newest)
        now = time.monotonic()
        if self._fence is None or self.is_fenced:
            return
        if self._newest and (now >= self._cursors_due or self._stopping.is_set()):
            save_cursors(self._newest.values(), self._fence)
            self._newest.clear()
            self._cursors_due = now + CURSOR_SECONDS

    def _note_refusal(self, refusal: Fenced) -> None:
        if not self.is_fenced:
            log.error("ledger no longer written reason=%s", refusal)
        self.is_fenced = True

    def _note_failure(self, error: PyMongoError) -> None:
        if self.failing_since is None:
            self.failing_since = time.monotonic()
            log.warning("store does not take batches, retrying reason=%s", type(error).__name__)

    def _note_success(self) -> None:
        if self.failing_since is not None:
            log.warning("store takes batches again after=%.1fs", time.monotonic() - self.failing_since)
            self.failing_since = None


def _note_rebuilds(batch: Batch) -> None:
    note_rebuilds((tick.symbol, bar_start(tick.traded_at, "1s")) for tick in batch.late)


def _save_quarantined(batch: Batch) -> None:
    save_quarantined(batch.quarantined)
