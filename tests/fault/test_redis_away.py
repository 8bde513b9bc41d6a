"""Redis dies, comes back empty, or forgets everything: capture goes on, tasks are consumed again.

Redis holds nothing on disk, so one that was killed returns empty; the tests on the page's
side of it stand in tests/browser/test_redis_away.py.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for
from workers.local.redis_server import RedisServer

CONSUMED_SECONDS = 60.0


class Lonely:
    """A world on a Redis of its own."""

    def __init__(self, world: Streaming, redis: RedisServer) -> None:
        self.world = world
        self.redis = redis

    def kill_redis(self) -> None:
        """Without a word."""
        assert self.redis._process is not None
        assert self.redis._process.pid is not None
        os.kill(self.redis._process.pid, signal.SIGKILL)

    def bars_built(self) -> float:
        """Until when bars are built (seconds since 1970): tasks are consumed while this grows."""
        return min(row["built_until"].timestamp() for row in self.world.store["progress"].find())

    def stored(self) -> int:
        """How many ticks the store has."""
        return self.world.store["ticks"].estimated_document_count()

    def seconds_until_consumed(self) -> float:
        """How long it takes until bars of seconds from now on are built."""
        now = time.time()
        return wait_for(lambda: self.bars_built() > now, CONSUMED_SECONDS, "tasks that are consumed")


@pytest.fixture(scope="module")
def lonely(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lonely]:
    """One world for this file."""
    folder: Path = tmp_path_factory.mktemp("redis")
    redis = RedisServer(folder / "data")
    redis.start()
    with worlds.another(redis_url=redis.url) as world:
        yield Lonely(world, redis)
    redis.stop()


@pytest.mark.parametrize("away_seconds", [4.0, pytest.param(30.0, marks=pytest.mark.soak)])
def test_capture_goes_on_and_tasks_are_consumed_again(
    lonely: Lonely, away_seconds: float, measured: Measured
) -> None:
    world, connects = lonely.world, lonely.world.figures()["connects"]
    lonely.kill_redis()
    time.sleep(away_seconds / 2)
    before = lonely.stored()
    time.sleep(away_seconds / 2)
    grown = lonely.stored() - before
    lonely.redis.start()
    consumed = lonely.seconds_until_consumed()
    world.assert_clean(within=60)
    measured(
        "R6",
        injected=f"Redis killed for {away_seconds:.0f} s, returns empty",
        demanded="capture goes on, 0 lost, tasks consumed <= 60 s after the return",
        found=f"{grown} trades stored in the last half of it, 0 lost, consumed after {consumed:.1f} s",
    )
    assert grown > 0
    assert world.figures()["connects"] == connects


def test_a_redis_that_forgets_everything_does_no_harm(lonely: Lonely, measured: Measured) -> None:
    world, listeners = lonely.world, lonely.world.control.count("listeners.most")
    with Redis.from_url(lonely.redis.url) as client:
        client.flushall()
    consumed = lonely.seconds_until_consumed()
    world.assert_clean(within=60)
    most = world.control.count("listeners.most")
    measured(
        "R7",
        injected="FLUSHALL",
        demanded="no duplicate stream, beat resumes, audit clean",
        found=f"at most {most} connection to a stream at once, tasks consumed after {consumed:.1f} s",
    )
    assert most == listeners == 1
