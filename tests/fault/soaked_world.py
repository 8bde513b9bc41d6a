"""A world whose every part may be killed: servers of its own, and what died is started again.

A proxy stands between the workers and each of the exchange, MongoDB and Redis; their clock can be set.
"""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from pymongo import MongoClient

from tests.fault.proxy import Proxy
from tests.fault.streaming import CAPTURE, HASTE, Streaming
from tests.machine_clock import clock_of_file
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer

MONGO_CACHE_GB = 0.25
USES = 20  # of one world: the audit looks at all that was stored since it began

# Bounds of the product so narrow that its rare branches are taken all the time.
NARROW: Mapping[str, float] = {
    "workers.stream.spool:SEGMENT_BYTES": 20_000,
    "workers.stream.intake:MESSAGES_WAITING": 1_000,
    "workers.stream.disk_sync:SYNC_MESSAGES": 1,
    "workers.stream.writer:BATCHES_WAITING": 2,
    "workers.stream.writer:BATCHES_JOINED": 1,
    "workers.stream.connection:LIFETIME_SECONDS": 20.0,
    "workers.stream.connection:LIFETIME_SPREAD_SECONDS": 10.0,
}


def bounds_of(series: int) -> dict[str, float]:
    """The bounds of a series of seeds: those of the product in the first, about half of them narrow later."""
    random = Random(f"bounds {series}")
    return {name: value for name, value in NARROW.items() if series and random.random() < 0.5}


class SoakedWorld:
    """Capture, and the servers it stands on."""

    def __init__(
        self, streaming: Streaming, mongo: MongoServer, redis: RedisServer, store: Proxy, broker: Proxy
    ) -> None:
        self.streaming = streaming
        self.mongo = mongo
        self.redis = redis
        self.store = store  # between the workers and MongoDB
        self.broker = broker  # between the workers and Redis

    @property
    def spool(self) -> Path:
        """Where messages wait on disk."""
        return self.streaming.folder / "spool"

    def set_clock(self, seconds: float) -> None:
        """Let the workers' clock be so far ahead; exchange and servers keep the right time."""
        _clock_of(self.streaming.folder).write_text(f"{seconds:+.0f}\n")

    def signal_server(self, server: MongoServer | RedisServer, number: signal.Signals) -> None:
        """Send a server a signal; one that is gone hears nothing."""
        process = server._process
        if process is not None and process.running and process.pid is not None:
            os.kill(process.pid, number)

    def revive(self, *names: str) -> None:
        """Start again what has died."""
        for name in names:
            if self.streaming.is_dead(name):
                if name == "beat":
                    self.streaming.start_beat()
                else:
                    self.streaming.start_worker(name)

    def heal_servers(self) -> None:
        """Have both servers run."""
        for server in (self.mongo, self.redis):
            self.signal_server(server, signal.SIGCONT)
            if server._process is None or not server._process.running:
                server.start()

    def heal(self) -> None:
        """End every fault, and start whatever is not there."""
        self.heal_servers()
        for line in (self.store, self.broker, self.streaming.proxy):
            line.pass_freely()
        self.set_clock(0.0)
        self.streaming.control.off()
        for name in (*self.streaming.workers, "beat"):
            if not self.streaming.is_dead(name):
                self.streaming.kill(name, signal.SIGCONT)
        self.revive(*self.streaming.workers, "beat")


@contextmanager
def soaked_world(
    folder: Path, *, seed: int, workers: Sequence[str] = CAPTURE, **options: Any
) -> Iterator[SoakedWorld]:  # Any: those of Streaming
    """A world of its own; the seed is that of its exchange."""
    (folder / "mongo").mkdir(parents=True)
    mongo = MongoServer(folder / "mongo" / "data", cache_gb=MONGO_CACHE_GB)
    redis = RedisServer(folder / "redis")
    clock = _clock_of(folder)
    clock.write_text("+0\n")
    mongo.start()
    redis.start()
    try:
        with (
            Proxy("127.0.0.1", mongo.port) as store,
            Proxy("127.0.0.1", redis.port) as broker,
            MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client,
        ):
            urls = (
                mongo.url.replace(f":{mongo.port}/", f":{store.port}/"),
                redis.url.replace(f":{redis.port}/", f":{broker.port}/"),
            )
            options |= {
                "seed": seed,
                "workers": workers,
                "worker_environ": clock_of_file(clock, looks_every=1),
            }
            with Streaming(folder, *urls, client, **options) as streaming:
                streaming.loses_unreadable = True
                world = SoakedWorld(streaming, mongo, redis, store, broker)
                try:
                    yield world
                finally:
                    world.heal_servers()
    finally:
        mongo.stop()
        redis.stop()


def _clock_of(folder: Path) -> Path:
    return folder / "clock"


class Soaked:
    """One world for a series of seeds, anew when it was spoiled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worlds = 0
        self._series = 0
        self._world: SoakedWorld | None = None
        self._context: AbstractContextManager[SoakedWorld] | None = None

    def world(self, series: int = 0) -> SoakedWorld:
        """A world in which nothing is wrong, with the bounds of a series."""
        if self._world is not None and (self._series != series or self._world.streaming.spoiled):
            self.end()
        if self._world is None:
            self._worlds, self._series = self._worlds + 1, series
            constants = HASTE | bounds_of(series)
            folder = self._folder / str(self._worlds)
            self._context = soaked_world(folder, seed=4_800 + series, constants=constants)
            self._world = self._context.__enter__()
        return self._world

    def end(self) -> None:
        """Stop it."""
        if self._context is not None:
            self._context.__exit__(None, None, None)
        self._world = self._context = None
