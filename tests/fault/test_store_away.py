"""The database dies, hangs, or the disk in front of it fails: no trade is lost, and memory stays flat.

Only the stream runs here unless a test says so: nobody could repair from REST what the spool did not keep.
"""

import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pymongo import MongoClient

from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.mongo_server import MongoServer
from workers.stream.segment import records

RATE = 1_500.0  # trades a second, about 1,000 messages
MOST_GROWTH_MB = 100.0
DRAIN_FACTOR = 2.0  # times the live rate
CAUGHT_UP_SECONDS = 120.0
PART_OF_A_DISK = 300_000  # bytes in a file, when the disk is to be full


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

    def stored_newest(self) -> dict[str, int]:
        """The newest id of each symbol that the store has taken."""
        return {row["_id"]: row["last_id"] for row in self.world.store["cursors"].find()}

    def is_caught_up(self, newest: dict[str, int]) -> bool:
        """Whether the store has come to these ids."""
        stored = self.stored_newest()
        return all(stored.get(symbol, -1) >= id for symbol, id in newest.items())

    def assert_nothing_lost(self) -> None:
        """Every trade up to now gets into the store, once and unchanged; bars are not built here."""
        newest = self.world.newest()
        wait_for(lambda: self.is_caught_up(newest), CAUGHT_UP_SECONDS, "the store to have all up to now")
        found = self.world.audited(newest)
        assert found.trades_are_whole, found
        print(f"{found.ticks} trades compared, nothing missing, extra, repeated or differing")


@contextmanager
def doomed(folder: Path, redis_url: str, *workers: str) -> Iterator[Doomed]:
    """Capture under load on a mongod that may be killed."""
    mongo, spool = MongoServer(folder / "mongo" / "data", cache_gb=0.25), folder / "spool"
    (folder / "mongo").mkdir()
    mongo.start()
    try:
        with MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client:
            world = Streaming(folder, mongo.url, redis_url, client, rate=RATE, workers=workers)
            with world:
                yield Doomed(mongo, world, spool)
    finally:
        mongo.stop()


@pytest.fixture
def stream(tmp_path: Path, redis_url: str) -> Iterator[Doomed]:
    """The stream alone."""
    with doomed(tmp_path, redis_url, "stream") as found:
        yield found


@pytest.fixture(scope="module")
def repaired(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Doomed]:
    """The stream and what repairs it, for the tests that kill both ends."""
    with doomed(tmp_path_factory.mktemp("repaired"), redis_url, "stream", "batch") as found:
        yield found


@pytest.fixture(params=[8.0, pytest.param(60.0, marks=pytest.mark.soak)])
def away_seconds(request: pytest.FixtureRequest) -> float:
    """How long the store is away."""
    return float(request.param)


def test_mongod_is_killed_and_comes_back(stream: Doomed, away_seconds: float, measured: Measured) -> None:
    before_mb, before = stream.memory_mb(), stream.world.newest()
    stream.signal_mongod(signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: stream.spooled() > 300_000, 30, "a spool that grows")
    time.sleep(max(0.0, away_seconds - (time.monotonic() - began)))
    grown_mb = stream.memory_mb() - before_mb
    stream.mongo.start()
    back, waiting = time.monotonic(), stream.world.newest()
    live = total(waiting, before) / (back - began)
    caught_up = wait_for(
        lambda: stream.is_caught_up(waiting), CAUGHT_UP_SECONDS, "what waited to be in the store"
    )
    drained = total(waiting, before) / caught_up
    measured(
        "R4",
        injected=f"mongod killed for {away_seconds:.0f} s",
        demanded=f"0 lost, drained >= {DRAIN_FACTOR:.0f} x live, clean <= 120 s, memory +< 100 MB",
        found=f"away {back - began:.0f} s at {live:.0f} messages/s, 0 lost, "
        f"drained in {caught_up:.1f} s at {drained / live:.1f} x live, {grown_mb:+.0f} MB",
    )
    assert grown_mb < MOST_GROWTH_MB
    assert drained >= DRAIN_FACTOR * live
    stream.assert_nothing_lost()


def total(later: dict[str, int], earlier: dict[str, int]) -> int:
    """How many trades came between."""
    return sum(id - earlier[symbol] for symbol, id in later.items())


@pytest.mark.soak
def test_mongod_hangs_and_goes_on(stream: Doomed, away_seconds: float, measured: Measured) -> None:
    stream.signal_mongod(signal.SIGSTOP)
    try:
        before = stream.spooled()
        wait_for(lambda: stream.spooled() > before + 300_000, 30, "a spool that grows")
        time.sleep(away_seconds)
        before = stream.spooled()
        lag = wait_for(lambda: stream.spooled() > before, 1.0, "messages that go on to disk")
    finally:
        stream.signal_mongod(signal.SIGCONT)
    assert "buffer is full" not in stream.world.words("stream")
    stream.assert_nothing_lost()
    measured(
        "R5",
        injected=f"mongod stopped for {away_seconds:.0f} s",
        demanded="messages on disk within 1 s, 0 lost",
        found=f"on disk after {lag:.1f} s, 0 lost",
    )


def test_the_stream_is_killed_while_mongod_is_away(repaired: Doomed) -> None:
    """What it had taken is on disk: only what was traded while it was dead comes from REST."""
    kill_both(repaired)
    kept = spooled_ids(repaired)
    repaired.mongo.start()
    repaired.world.start_worker("stream")
    newest = {symbol: max(ids) for symbol, ids in kept.items()}
    wait_for(lambda: repaired.is_caught_up(newest), CAUGHT_UP_SECONDS, "what was spooled")
    for row in repaired.world.store["gaps"].find():
        assert not kept[row["symbol"]] & set(range(row["first_id"], row["last_id"] + 1)), row
    wait_until_repaired(repaired)
    repaired.assert_nothing_lost()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 12))
def test_the_spool_is_damaged_between_death_and_restart(
    repaired: Doomed, seed: int, measured: Measured
) -> None:
    words, rows = repaired.world.words("stream").count("spool damaged"), known_holes(repaired)
    kill_both(repaired)
    damage(repaired, Random(seed))
    repaired.mongo.start()
    repaired.world.start_worker("stream")
    wait_for(lambda: known_holes(repaired) > rows, 60, "holes on record")
    wait_until_repaired(repaired)
    assert repaired.world.words("stream").count("spool damaged") > words, f"seed {seed}"
    repaired.assert_nothing_lost()
    measured(
        "R9",
        injected=f"spool cut off and a byte flipped, seed {seed}",
        demanded="noticed, refilled by REST, no crash",
        found="noticed, 0 lost",
    )


def known_holes(found: Doomed) -> int:
    """How many rows the ledger of holes has."""
    return found.world.store["gaps"].count_documents({})


def spooled_ids(found: Doomed) -> dict[str, set[int]]:
    """The ids on disk, by symbol."""
    ids: dict[str, set[int]] = {symbol: set() for symbol in found.world.symbols}
    for path in found.spool.rglob("*.spool"):
        for _, raw in records(path.read_bytes(), 0, at_most=10**7).messages:
            event = json.loads(raw).get("data", {})
            if event.get("e") == "aggTrade":
                ids[event["s"]].add(event["a"])
    return ids


def kill_both(found: Doomed) -> None:
    """First the store, then, when messages wait on disk, the stream."""
    found.signal_mongod(signal.SIGKILL)
    before = found.spooled()
    wait_for(lambda: found.spooled() > before + 600_000, 40, "a spool that grows")
    found.world.kill("stream")
    found.world._processes["stream"].wait(10)


def damage(found: Doomed, random: Random) -> None:
    """Flip a byte in the later half of the spool and cut its end off."""
    path = max(found.spool.rglob("*.spool"), key=lambda path: int(path.stem))
    content = bytearray(path.read_bytes())
    at = random.randrange(len(content) // 2, len(content) * 9 // 10)
    content[at] ^= random.randrange(1, 256)
    path.write_bytes(content[: -random.randrange(1, 5_000)])


def wait_until_repaired(found: Doomed) -> None:
    wait_for(lambda: found.world.unresolved() == 0, CAUGHT_UP_SECONDS, "the repair of what was missed")


@pytest.mark.soak
def test_a_full_disk_does_not_stop_capture(stream: Doomed, measured: Measured) -> None:
    before = resource.prlimit(
        stream.stream_pid, resource.RLIMIT_FSIZE, (PART_OF_A_DISK, resource.RLIM_INFINITY)
    )
    wait_for(lambda: stream.world.figures().get("spool_errors", 0) > 0, 30, "the figure that says so")
    assert "spool does not take messages" in stream.world.words("stream")
    stream.signal_mongod(signal.SIGKILL)
    time.sleep(3)  # with neither disk nor store, memory holds a while
    stream.mongo.start()
    resource.prlimit(stream.stream_pid, resource.RLIMIT_FSIZE, before)
    stream.assert_nothing_lost()
    measured(
        "R8",
        injected="no file may grow, then mongod killed for 3 s",
        demanded="said so, process alive, nothing missing afterwards",
        found="said so, 0 lost",
    )
