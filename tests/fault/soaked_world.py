"""A world whose every part may be killed: servers of its own, and what died is started again."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.fault.proxy import Proxy
from tests.fault.streaming import CAPTURE, Streaming
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer

MONGO_CACHE_GB = 0.25
USES = 20  # of one world: the audit looks at all that was stored since it began


class SoakedWorld:
    """Capture, and the servers it stands on."""

    def __init__(self, streaming: Streaming, mongo: MongoServer, redis: RedisServer, broker: Proxy) -> None:
        self.streaming = streaming
        self.mongo = mongo
        self.redis = redis
        self.broker = broker  # between the workers and Redis

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
        self.broker.black_hole = False
        self.streaming.proxy.black_hole = False
        self.streaming.proxy.latency_seconds = 0.0
        self.streaming.proxy.bytes_per_second = None
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
    mongo.start()
    redis.start()
    try:
        with (
            Proxy("127.0.0.1", redis.port) as broker,
            MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client,
        ):
            url = redis.url.replace(f":{redis.port}/", f":{broker.port}/")
            with Streaming(
                folder, mongo.url, url, client, seed=seed, workers=workers, **options
            ) as streaming:
                streaming.loses_unreadable = True
                world = SoakedWorld(streaming, mongo, redis, broker)
                try:
                    yield world
                finally:
                    world.heal_servers()
    finally:
        mongo.stop()
        redis.stop()


class Soaked:
    """One world for a number of tests, anew when it was spoiled or has served often."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._worlds = 0
        self._used = 0
        self._world: SoakedWorld | None = None
        self._context: AbstractContextManager[SoakedWorld] | None = None

    def world(self) -> SoakedWorld:
        """A world in which nothing is wrong."""
        if self._world is not None and (self._used >= USES or self._world.streaming.spoiled):
            self.end()
        if self._world is None:
            self._worlds, self._used = self._worlds + 1, 0
            self._context = soaked_world(self._folder / str(self._worlds), seed=4_800 + self._worlds)
            self._world = self._context.__enter__()
        self._used += 1
        return self._world

    def end(self) -> None:
        """Stop it."""
        if self._context is not None:
            self._context.__exit__(None, None, None)
        self._world = self._context = None
