"""Holds the shards that fall to this worker: takes them, renews their leases, hands them over.

Once a second every worker says that it lives, and all come to the same answer who
is to hold what. A shard that falls to another worker is offered: the other one
listens first, and when its stream comes in this one stores what it has and lets
go, so that nothing is missed. A shard whose lease was lost, or that another
worker has fenced, is dropped at once.
"""

import logging
import threading
import time
from collections.abc import Mapping
from random import Random

from workers.coordination.errors import CoordinationDown
from workers.coordination.leases import Leases
from workers.coordination.shards import Shard, holders
from workers.settings import load_settings
from workers.stream.backoff import ConnectQuota
from workers.stream.capture import Capture
from workers.stream.exchange_clock import ExchangeClock
from workers.stream.figures import Figures, together
from workers.stream.spool_disk import spool_disk_figures

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
NOTE_SECONDS = 60.0
HANDOVER_SECONDS = 4.0  # how long a worker that stops waits for successors
DROP_SECONDS = 2.0  # to store what has come when a shard was lost
RELEASE_SECONDS = 8.0  # the same when it is handed over
FREE_LOOKS = 4  # before a lease is taken that a busy worker may hold and Redis forgot


class ShardHolder:
    """One worker's share of the stream, until it is stopped."""

    def __init__(self, node: str, random: Random | None = None) -> None:
        self._node = node
        self._count = load_settings().shards
        self._leases = Leases(node, self._count)
        self._random = random or Random()
        self.quota = ConnectQuota()  # of all connections of this process
        self._exchange_time = ExchangeClock()
        self._held: dict[int, Capture] = {}
        self._listening: dict[int, Capture] = {}  # to shards that others are about to hand over
        self._leaving: dict[int, threading.Thread] = {}  # captures that end
        self._releasing: set[int] = set()  # those of them whose lease is still held
        self._releasing_lock = threading.Lock()
        self._seen_free: dict[int, int] = {}  # looks in a row
        self._others_at = float("-inf")  # monotonic; when another worker was last known to live
        self._noted_at: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shard-holder", daemon=True)

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread.start()

    def stop(self, *, flush_seconds: float) -> None:
        """Hand over what others can take, store what has come, end."""
        self._stopping.set()
        self._thread.join(LOOK_SECONDS + DROP_SECONDS)
        for number in list(self._listening):
            self._part_with(self._listening.pop(number), number, 0.0, releases=False)
        if self._somebody_stays() and self._held:
            self._hand_over_all(time.monotonic() + HANDOVER_SECONDS, flush_seconds)
        for number in list(self._held):
            self._let_go(number, flush_seconds)
        for thread in list(self._leaving.values()):
            thread.join(flush_seconds + 4.0)

    def symbols(self) -> list[str]:
        """What this worker captures now; of a shard none before its trades have come."""
        begun = [capture for capture in list(self._held.values()) if capture.has_begun]
        return [symbol for capture in begun for symbol in capture.symbols]

    def is_busy(self) -> bool:
        """Whether trades wait to be sorted out."""
        return any(capture.is_busy for capture in list(self._held.values()))

    def figures(self) -> Figures:
        """What the System page shows of the feed."""
        held = list(self._held.values())
        shares: Figures = {"shards_held": len(held)} if self._count > 1 else {}
        return together([capture.figures() for capture in held]) | shares | spool_disk_figures()

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except CoordinationDown as error:
                self._note(f"leases are not renewed, capture goes on: {error}")
            if self._stopping.wait(LOOK_SECONDS):
                return

    def _look(self) -> None:
        workers = self._leases.announce()
        if not workers:
            self._give_all_up()
            return
        if len(workers) > 1:
            self._others_at = time.monotonic()
        mine = self._mine(workers)
        for number in list(self._held):
            self._keep(number, falls_to_us=number in mine)
        with self._releasing_lock:  # a lease that was released meanwhile would be taken again
            for number in self._releasing:
                self._leases.renew(number)
        wanted = mine - set(self._held) - set(self._leaving)
        self._seen_free = {number: looks for number, looks in self._seen_free.items() if number in wanted}
        for number in wanted:
            self._try_to_take(number)
        for number in set(self._listening) - mine:
            self._part_with(self._listening.pop(number), number, 0.0, releases=False)

    def _give_all_up(self) -> None:
        self._note("a younger worker of the same name runs: this one holds nothing")
        for number in list(self._held):
            self._drop(number)
        for number in list(self._listening):
            self._part_with(self._listening.pop(number), number, 0.0, releases=False)

    def _mine(self, workers: Mapping[str, int]) -> set[int]:
        """Which shards fall to this worker."""
        if set(workers.values()) != {self._count}:
            self._note(f"SHARDS differs between stream workers, none is taken on: {dict(workers)}")
            return set(self._held)
        falls_to = holders(sorted(workers), self._count)
        return {number for number, node in falls_to.items() if node == self._node}

    def _keep(self, number: int, *, falls_to_us: bool) -> None:
        capture = self._held[number]
        if not self._leases.renew(number):
            log.error("lease lost shard=%s", capture.shard)
            self._drop(number)
        elif capture.is_fenced:
            self._drop(number)
        elif not falls_to_us:
            self._leases.offer(number)
            if self._leases.has_ready_successor(number):
                log.info("shard handed over shard=%s", capture.shard)
                self._let_go(number, RELEASE_SECONDS)

    def _try_to_take(self, number: int) -> None:
        if number in self._listening:
            self._listen_on(number)
        elif self._leases.is_offered(number):
            self._listening[number] = self._started(number, is_successor=True)
        elif self._may_take(number) and self._leases.take(number):
            self._held[number] = self._started(number, is_successor=False)

    def _listen_on(self, number: int) -> None:
        """Say so when the stream comes in, and go on with it when the predecessor is gone."""
        capture = self._listening[number]
        if capture.is_ready:
            self._leases.say_ready(number)
        if self._leases.take(number):
            log.info("shard taken over shard=%s", capture.shard)
            capture.take_over()
            self._held[number] = self._listening.pop(number)

    def _may_take(self, number: int) -> bool:
        """Whether nobody holds a shard: a lease that Redis lost is renewed by its holder within a second."""
        holder = self._leases.holder(number)
        alone = time.monotonic() - self._others_at > self._leases.lapses_seconds
        if holder == self._node or (holder is None and alone):
            return True
        self._seen_free[number] = self._seen_free.get(number, 0) + 1 if holder is None else 0
        return self._seen_free[number] >= FREE_LOOKS

    def _started(self, number: int, *, is_successor: bool) -> Capture:
        capture = Capture(
            self._random,
            shard=Shard(number, self._count),
            holder=self._node,
            is_successor=is_successor,
            quota=self.quota,
            exchange_time=self._exchange_time,
        )
        capture.start()
        return capture

    def _somebody_stays(self) -> bool:
        try:
            return bool(self._leases.leave())
        except CoordinationDown:
            return False

    def _hand_over_all(self, until: float, flush_seconds: float) -> None:
        """Hold on until each shard has a successor that listens, but not for ever."""
        waiting = set(self._held)
        while waiting and time.monotonic() < until:
            try:
                for number in list(waiting):
                    self._leases.offer(number)
                    if not self._leases.renew(number) or self._leases.has_ready_successor(number):
                        waiting.remove(number)
                        self._let_go(number, flush_seconds)
            except CoordinationDown:
                return
            time.sleep(LOOK_SECONDS / 10)

    def _drop(self, number: int) -> None:
        self._part_with(self._held.pop(number), number, DROP_SECONDS, releases=False)

    def _let_go(self, number: int, flush_seconds: float) -> None:
        self._part_with(self._held.pop(number), number, flush_seconds, releases=True)

    def _part_with(self, capture: Capture, number: int, flush_seconds: float, *, releases: bool) -> None:
        """Stop a capture beside the others; its lease is released when all it had is stored."""

        def end() -> None:
            capture.stop(flush_seconds=flush_seconds)
            if releases:
                self._release(number)
            self._leaving.pop(number, None)

        if releases:
            with self._releasing_lock:
                self._releasing.add(number)
        self._leaving[number] = threading.Thread(target=end, name=f"shard-end-{number}", daemon=True)
        self._leaving[number].start()

    def _release(self, number: int) -> None:
        try:
            with self._releasing_lock:
                self._releasing.discard(number)
                self._leases.release(number)
        except CoordinationDown as error:
            log.warning("lease not released, it lapses shard=%d reason=%s", number, error)

    def _note(self, trouble: str) -> None:
        """Log a trouble once a minute."""
        now = time.monotonic()
        if now - self._noted_at.get(trouble, float("-inf")) > NOTE_SECONDS:
            log.error("shards: %s", trouble)
            self._noted_at[trouble] = now
