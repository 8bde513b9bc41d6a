"""A mongod of a test's own that may be killed, and the capture that writes to it."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.fault.streaming import CAPTURE, HASTE, Streaming
from tests.product import wait_for
from workers.local.mongo_server import MongoServer

RATE = 1_500.0  # trades a second, about 1,000 messages
FULL_RATE = 2_400.0  # never fewer than 1,000 messages
CAUGHT_UP_SECONDS = 120.0


class Doomed:
    """A mongod of a test's own, and the capture that writes to it."""

    def __init__(self, mongo: MongoServer, world: Streaming, spool: Path) -> None:
        self.mongo = mongo
        self.world = world
        self.spool = spool

    def signal_mongod(self, number: signal.Signals) -> None:
        """Send mongod a signal."""
        assert self.mongo._process is not None
        assert self.mongo._process.pid is not None
        os.kill(self.mongo._process.pid, number)

    @property
    def stream_pid(self) -> int:
        """The process that captures."""
        return self.world._processes["stream"].pid

    def memory_mb(self) -> float:
        """Resident memory of the stream."""
        pages = int(Path(f"/proc/{self.stream_pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def spooled(self) -> int:
        """Bytes on disk in front of the store."""
        return sum(path.stat().st_size for path in self.spool.rglob("*.spool") if path.exists())

    def assert_nothing_lost(self) -> None:
        """Every trade up to now gets into the store, once and unchanged; bars are not built here."""
        newest = self.world.newest()
        wait_for(lambda: self.world.is_stored(newest), CAUGHT_UP_SECONDS, "the store to have all up to now")
        found = self.world.audited(newest)
        assert found.trades_are_whole, found
        print(f"{found.ticks} trades compared, nothing missing, extra, repeated or differing")


@contextmanager
def doomed(
    folder: Path,
    redis_url: str,
    *workers: str,
    rate: float = RATE,
    constants: Mapping[str, float] = HASTE,
    tampering: Mapping[str, object] | None = None,
) -> Iterator[Doomed]:
    """Capture under load on a mongod that may be killed; all that captures unless workers are named."""
    mongo, spool = MongoServer(folder / "mongo" / "data", cache_gb=0.25), folder / "spool"
    (folder / "mongo").mkdir()
    mongo.start()
    try:
        with (
            MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client,
            Streaming(
                folder,
                mongo.url,
                redis_url,
                client,
                rate=rate,
                workers=workers or CAPTURE,
                constants=constants,
                tampering=tampering or {},
            ) as world,
        ):
            yield Doomed(mongo, world, spool)
    finally:
        mongo.stop()
