"""A world under load, and what its processes take; rates are messages a second as the exchange sends them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.fault.conftest import Worlds
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.exchange.market.universe import THIN_SYMBOL, listings

TRADES_PER_MESSAGE = 1.5  # the exchange counts its rate in trades, several of which are one message
PRODUCT = {"workers.tasks.history:HISTORY_SPAN": 3600.0}  # all waiting times are the product's own
SAMPLE_SECONDS = 5.0
USUAL_RATE, UP_SECONDS = 200.0, 120.0  # before a burst, and when that begins


class Loaded:
    """A world under load, and what its processes take."""

    def __init__(self, world: Streaming) -> None:
        self.world = world
        self.slowest = 0.0  # p99 of received -> stored, the worst of all samples; seconds
        self.most_mb: dict[str, float] = {}  # by process

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of each worker."""
        return {name: _resident_mb(self.world.pid_of(name)) for name in self.world.workers}

    def note_memory(self, **others: int) -> None:
        """Keep the most that each worker and other processes, given by id, had so far."""
        now = self.memory_mb() | {name: _resident_mb(process_id) for name, process_id in others.items()}
        for name, megabytes in now.items():
            self.most_mb[name] = max(megabytes, self.most_mb.get(name, 0.0))

    def descriptors(self) -> int:
        """Open files of the stream."""
        return len(os.listdir(f"/proc/{self.world.pid_of('stream')}/fd"))

    def look(self) -> None:
        """Keep the slowest that was seen."""
        self.slowest = max(self.slowest, float(self.world.figures().get("stored_after_ms_p99") or 0.0) / 1000)

    def look_again(self) -> None:
        """Look when the stream has told its figures of after now."""
        now = datetime.now(UTC)
        told = {"process": "stream", "beat_at": {"$gt": now}}
        wait_for(lambda: self.world.store["heartbeats"].find_one(told) is not None, 30, "the next heartbeat")
        self.look()

    def rate(self) -> float:
        """Messages a second that the exchange sends now."""
        before, began = sum(self.world.newest().values()), time.monotonic()
        time.sleep(0.5)
        return (sum(self.world.newest().values()) - before) / (time.monotonic() - began)

    def await_burst(self, rate: float) -> None:
        """Until messages come as fast as that."""
        assert self.rate() < rate / 2, "it came up too late to be struck"
        wait_for(lambda: self.rate() > rate / 2, UP_SECONDS, "the burst")
        self.slowest = 0.0

    def hold(self, seconds: float, **others: int) -> tuple[float, dict[str, int]]:
        """Let time pass and look; how many messages a second the exchange sent, and the newest ids then."""
        before, began = self.world.newest(), time.monotonic()
        while time.monotonic() - began < seconds:
            time.sleep(min(SAMPLE_SECONDS, seconds))
            self.look()
            self.note_memory(**others)
        newest = self.world.newest()
        sent = sum(newest[symbol] - before[symbol] for symbol in before)
        return sent / (time.monotonic() - began), newest

    def late(self) -> int:
        """How many trades were stored more than a second after they came."""
        return int(self.world.figures()["stored_late"] or 0)


@contextmanager
def loaded(worlds: Worlds, rate: float, symbols: int = 6, *more: str) -> Iterator[Loaded]:
    """A world with so many messages a second in all."""
    names = [listing.name for listing in listings(symbols + 1) if listing.name != THIN_SYMBOL][:symbols]
    share = sum(listing.share for listing in listings(symbols + 1) if listing.name in names)
    trades = rate * TRADES_PER_MESSAGE / share
    asked = ("--symbols", str(symbols + 1), *more)
    with worlds.another(symbols=names, rate=trades, options=asked, constants=PRODUCT) as world:
        yield Loaded(world)


@contextmanager
def burst(worlds: Worlds, rate: float, seconds: float, symbols: int = 6) -> Iterator[Loaded]:
    """A world whose burst is still to come."""
    words = ("--burst", *map(str, (UP_SECONDS, seconds, rate / USUAL_RATE)))
    with loaded(worlds, USUAL_RATE, symbols, *words) as load:
        yield load


def _resident_mb(process_id: int) -> float:
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
