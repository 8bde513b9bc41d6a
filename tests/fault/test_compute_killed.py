"""The worker that computes snapshots is killed in the middle of it: readers never see half of one."""

import re
import threading
import time
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for

COMPUTE = "compute and indicators"
FIELDS = {"_id", "symbol", "timeframe", "as_of", "computed_at", "values", "completeness", "divergence"}
FIELDS |= {"session", "expires_at"}
TASK = "workers.tasks.indicators.compute_indicators"
RECOMPUTED_RUNS = 2  # one each period
TIMES = 20
CLOSED_SECONDS = 2.0  # after a kill the next second that begins is over, and its bar may be built
START_SECONDS, UP_TO_DATE_SECONDS = 20.0, 60.0  # of a worker on a busy machine
RUN_SECONDS, LOOK_SECONDS = 0.03, 0.002  # a run is short: most kills are to come within one


class Reader:
    """Reads the newest snapshots all the time, as pages do, and keeps what is not whole."""

    def __init__(self, world: Streaming) -> None:
        self.looked_at = 0
        self.halves: list[dict[str, Any]] = []
        self._world = world
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
            for row in newest_rows(self._world):
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


def newest_rows(world: Streaming) -> list[dict[str, Any]]:
    """The newest snapshot of each symbol that has one."""
    found = world.store["indicators"]
    rows = [
        found.find_one({"symbol": symbol, "timeframe": "1s"}, sort=[("as_of", -1)])
        for symbol in world.symbols
    ]
    return [row for row in rows if row is not None]


def newest(world: Streaming) -> float:
    """The bar of the newest snapshots that all symbols have (seconds since 1970); 0 before."""
    rows = newest_rows(world)
    return min(row["as_of"].timestamp() for row in rows) if len(rows) == len(world.symbols) else 0.0


def runs(world: Streaming) -> list[str]:
    """The ids of the runs that the workers of that name began so far."""
    return re.findall(f"BEGUN {re.escape(TASK)} (\\S+)", world.words(COMPUTE))


def kill_in_the_middle(world: Streaming, random: Random) -> bool:
    """Kill the worker within a run; whether the run had not ended by then."""
    before = len(runs(world))
    while len(runs(world)) <= before:
        time.sleep(LOOK_SECONDS)
    time.sleep(random.uniform(0.0, RUN_SECONDS))  # the instant is what the seed decides
    world.kill(COMPUTE)
    world.await_death(COMPUTE)
    return f"ENDED {TASK} {runs(world)[-1]}" not in world.words(COMPUTE)


def recomputed(world: Streaming, killed: float) -> tuple[int, float]:
    """How many runs of a new worker ended before the snapshots had come past a moment (seconds since 1970),
    although they could have, and how many seconds after it was ready they had; to load what it computes with
    takes most of them."""
    world.start_worker(COMPUTE)
    ready = f"{COMPUTE.replace(' ', '-')}@{world.seed} ready"
    wait_for(lambda: ready in last(world), START_SECONDS, "a worker")
    ended, idle, began = 0, 0, time.monotonic()
    while True:
        so_far = last(world).count(f"ENDED {TASK}")
        if newest(world) >= killed:
            return ended - idle, time.monotonic() - began
        ended = so_far
        if time.time() < killed + CLOSED_SECONDS:
            idle = so_far  # none of these could have known a second that began later
        assert time.monotonic() - began < UP_TO_DATE_SECONDS, last(world)
        time.sleep(LOOK_SECONDS)


@pytest.mark.soak
def test_readers_never_see_half_a_snapshot(computing: Streaming, measured: Measured) -> None:
    random, most_runs, slowest, struck = Random(27), 0, 0.0, 0
    with Reader(computing) as reader:
        for _ in range(TIMES):
            struck += kill_in_the_middle(computing, random)
            taken, seconds = recomputed(computing, time.time())
            most_runs, slowest = max(most_runs, taken), max(slowest, seconds)
        computing.assert_clean(within=60)
    measured(
        "R27",
        injected=f"the computing worker killed {TIMES} times as it begins with snapshots",
        demanded="no half snapshot ever read; "
        f"at most {RECOMPUTED_RUNS} periodic runs of the new worker end before all is up to date",
        found=f"{struck} times within a run; {reader.looked_at} snapshots read, {len(reader.halves)} of them "
        f"half; {most_runs} runs ended before, up to date {slowest:.1f} s after the worker is back, at most",
    )
    assert struck >= TIMES / 4
    assert reader.looked_at > 100
    assert reader.halves == []
    assert most_runs <= RECOMPUTED_RUNS


def last(world: Streaming) -> str:
    """What the newest process has said."""
    return world.words(COMPUTE).rpartition("[config]")[2]
