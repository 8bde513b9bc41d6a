"""The worker that computes snapshots is killed in the middle of it: readers never see half of one."""

import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Store, Streaming
from tests.product import wait_for

COMPUTE = "compute and indicators"
FIELDS = {"_id", "symbol", "timeframe", "as_of", "computed_at", "values", "completeness", "divergence"}
FIELDS |= {"session", "expires_at"}
RECOMPUTED_SECONDS = 10.0  # two periods of the two stages, and what a busy machine needs for them
START_SECONDS = 20.0  # of a worker on a busy machine


class Reader:
    """Reads the newest snapshots all the time, as pages do, and keeps what is not whole."""

    def __init__(self, store: Store) -> None:
        self.looked_at = 0
        self.halves: list[dict[str, Any]] = []
        self._store = store
        self._names: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._stopping.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stopping.wait(0.02):
            for row in self._store["indicators"].find({"timeframe": "1s"}, sort=[("as_of", -1)], limit=12):
                self.looked_at += 1
                self._names = self._names or set(row["values"])
                if set(row) != FIELDS or set(row["values"]) != self._names:
                    self.halves.append(row)


@pytest.fixture
def computing(worlds: Worlds) -> Iterator[Streaming]:
    """A world with indicators."""
    with worlds.another(workers=("stream", "batch", COMPUTE)) as world:
        wait_for(lambda: bool(newest(world)), 60, "the first snapshots")
        yield world


def newest(world: Streaming) -> float:
    """The bar of the newest snapshots that all symbols have (seconds since 1970); 0 before."""
    rows = list(
        world.store["indicators"].aggregate(
            [
                {"$match": {"timeframe": "1s"}},
                {"$group": {"_id": "$symbol", "as_of": {"$max": "$as_of"}}},
            ]
        )
    )
    return min(row["as_of"].timestamp() for row in rows) if len(rows) == len(world.symbols) else 0.0


@pytest.mark.soak
@pytest.mark.parametrize("times", [3, 20])
def test_readers_never_see_half_a_snapshot(computing: Streaming, times: int, measured: Measured) -> None:
    random, slowest = Random(27), 0.0
    with Reader(computing.store) as reader:
        for _ in range(times):
            time.sleep(random.uniform(0.1, 1.5))  # the instant is what the seed decides
            computing.kill(COMPUTE)
            computing.await_death(COMPUTE)
            killed = time.time()
            computing.start_worker(COMPUTE)
            wait_for(
                lambda: f"{COMPUTE.replace(' ', '-')}@{computing.seed} ready" in last(computing),
                START_SECONDS,
                "a worker",
            )
            ready = time.time()
            wait_for(lambda at=killed: newest(computing) >= at, 60, "snapshots of what came meanwhile")  # type: ignore[misc]
            slowest = max(slowest, time.time() - ready)
        computing.assert_clean(within=60)
    measured(
        "R27",
        injected=f"the computing worker killed {times} times",
        demanded=f"no half snapshot ever read; recomputed <= {RECOMPUTED_SECONDS:.0f} s after the restart",
        found=f"{reader.looked_at} snapshots read, {len(reader.halves)} of them half; up to date "
        f"{slowest:.1f} s after the worker is back at most",
    )
    assert reader.looked_at > 100
    assert reader.halves == []
    assert slowest <= RECOMPUTED_SECONDS


def last(world: Streaming) -> str:
    """What the newest process has said."""
    return world.words(COMPUTE).rpartition("[config]")[2]
