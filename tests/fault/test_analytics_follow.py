"""What is computed from bars equals an offline recomputation, whatever happened to bars and tasks."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.recomputed_indicators import first_wrong
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.redis_server import RedisServer
from workers.local.waiting import wait_until

pytestmark = pytest.mark.soak  # snapshots of rewritten bars are held in tests/integration/tasks, too

FIRST, SECOND = "compute and indicators", "second compute and indicators"
LATE_SECONDS = 60.0
VISIBILITY_SECONDS = 8
FOLLOWED_SECONDS = 60.0
TASK = "workers.tasks.indicators.compute_indicators"


class Computing:
    """A world whose bars and indicators two workers compute, on a Redis of its own."""

    def __init__(self, world: Streaming, client: Redis) -> None:
        self.world = world
        self.client = client

    def snapshots(self) -> int:
        """How many there are."""
        return self.world.store["indicators"].count_documents({"timeframe": "1s"})

    def assert_followed(self) -> str:
        """The audit is clean, and every bar up to now has its snapshot, which is what the bars make it."""
        found = self.world.assert_clean(within=60)
        now = datetime.now(UTC)
        wait_for(lambda: self.world.built_until() > now.timestamp(), FOLLOWED_SECONDS, "bars up to now")

        def wrong() -> list[str]:
            return first_wrong(self.world.store, self.world.symbols, now)

        wait_until(lambda: not wrong(), FOLLOWED_SECONDS)
        assert wrong() == []
        return f"{found!r}, {self.snapshots()} snapshots equal"

    def held(self) -> list[str]:
        """Ids of the messages that workers have taken and not done."""
        return [json.loads(row)[0]["headers"]["id"] for row in self.client.hvals("unacked")]  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def computing(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Computing]:
    """One world for this file."""
    folder: Path = tmp_path_factory.mktemp("computing")
    redis = RedisServer(folder / "data")
    redis.start()
    timeout = {"visibility_timeout": VISIBILITY_SECONDS}
    celery = {"broker_transport_options": timeout, "result_backend_transport_options": timeout, **timeout}
    workers = ("stream", "batch", FIRST, SECOND)
    with worlds.another(redis_url=redis.url, workers=workers, tampering={"celery": celery}) as world:
        found = Computing(world, Redis.from_url(redis.url, decode_responses=True))
        wait_for(lambda: found.snapshots() > 0, 60, "the first snapshots")
        yield found
    redis.stop()


def test_a_late_trade_changes_the_indicators_of_its_bar_and_of_those_behind(
    computing: Computing, measured: Measured
) -> None:
    world = computing.world
    late, delayed = world.figures()["late"], world.control.count("delay")
    world.control.on("rest", answer="502", endpoints="aggTrades")  # the repair does not come first
    world.control.on("delay", ms=LATE_SECONDS * 1000, times=1)
    wait_for(lambda: world.control.count("delay") > delayed, 5, "a trade that is held back")
    wait_for(lambda: world.figures()["late"] > late, LATE_SECONDS + 20, "the late trade")
    world.control.off()
    found = computing.assert_followed()
    measured(
        "R18",
        injected=f"a trade {LATE_SECONDS:.0f} s late, indicators computed meanwhile",
        demanded="its bar exact, indicators equal to an offline recomputation",
        found=found,
    )


def test_a_message_that_is_delivered_again_leaves_the_same_documents(
    computing: Computing, measured: Measured
) -> None:
    world = computing.world
    began = world.words(FIRST).count(f"RECEIVED {TASK}")
    wait_for(lambda: world.words(FIRST).count(f"RECEIVED {TASK}") > began, 20, "a run in the first worker")
    world.kill(FIRST, signal.SIGSTOP)  # a worker that is busy for longer than the visibility timeout
    try:
        held = computing.held()
        wait_for(lambda: any(again(world, held)), 240, "a message that is delivered again")
    finally:
        world.kill(FIRST, signal.SIGCONT)
    time.sleep(VISIBILITY_SECONDS)  # both have done it
    found = computing.assert_followed()
    most = world.control.count("listeners.most")
    measured(
        "R24",
        injected=f"visibility timeout {VISIBILITY_SECONDS} s, a worker of indicators busy for longer",
        demanded="one stream; bars and analytics documents identical to an offline recomputation",
        found=f"{sum(again(world, held))} of {len(held)} messages delivered again, at most {most} connection "
        f"to a stream, {found}",
    )
    assert most == 1


def again(world: Streaming, ids: list[str]) -> list[bool]:
    """Which messages the second worker has got, too."""
    words = world.words(SECOND)
    return [id in words for id in ids]
