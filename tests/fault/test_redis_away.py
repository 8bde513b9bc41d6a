"""Redis dies, comes back empty, or forgets everything: capture goes on, tasks are consumed again.

Redis holds nothing on disk, so one that was killed returns empty; the tests on the page's
side of it stand in tests/browser/test_redis_away.py.
"""

import signal
import time
from collections.abc import Iterator

import pytest
from redis import Redis

from tests.fault.measuring import Measured
from tests.fault.soaked_world import Soaked, SoakedWorld
from tests.fault.streaming import Streaming
from tests.product import wait_for

CONSUMED_SECONDS = 60.0


@pytest.fixture
def lonely(soaked: Soaked, request: pytest.FixtureRequest) -> Iterator[SoakedWorld]:
    """A world on a Redis of its own; a test that fails leaves none behind."""
    world, failed = soaked.world(), request.session.testsfailed
    yield world
    world.heal()
    world.streaming.spoiled = world.streaming.spoiled or request.session.testsfailed > failed


def stored(world: Streaming) -> int:
    """How many ticks the store has."""
    return world.store["ticks"].estimated_document_count()


def seconds_until_consumed(world: Streaming) -> float:
    """How long it takes until bars of seconds from now on are built: tasks are consumed then."""
    now = time.time()
    return wait_for(lambda: world.built_until() > now, CONSUMED_SECONDS, "tasks that are consumed")


@pytest.mark.parametrize("away_seconds", [4.0, pytest.param(30.0, marks=pytest.mark.soak)])
def test_capture_goes_on_and_tasks_are_consumed_again(
    lonely: SoakedWorld, away_seconds: float, measured: Measured
) -> None:
    world, connects = lonely.streaming, lonely.streaming.figures()["connects"]
    lonely.signal_server(lonely.redis, signal.SIGKILL)
    time.sleep(away_seconds / 2)
    before = stored(world)
    time.sleep(away_seconds / 2)
    grown = stored(world) - before
    lonely.redis.start()
    consumed = seconds_until_consumed(world)
    world.assert_clean(within=60)
    measured(
        "R6",
        injected=f"Redis killed for {away_seconds:.0f} s, returns empty",
        demanded="capture goes on, 0 lost, tasks consumed <= 60 s after the return",
        found=f"{grown} trades stored in the last half of it, 0 lost, consumed after {consumed:.1f} s",
    )
    assert grown > 0
    assert world.figures()["connects"] == connects


def test_a_redis_that_forgets_everything_does_no_harm(lonely: SoakedWorld, measured: Measured) -> None:
    world = lonely.streaming
    with Redis.from_url(lonely.redis.url) as client:
        client.flushall()
    consumed = seconds_until_consumed(world)
    world.assert_clean(within=60)
    most = world.control.count("listeners.most")
    measured(
        "R7",
        injected="FLUSHALL",
        demanded="no duplicate stream, beat resumes, audit clean",
        found=f"at most {most} connections to a stream at once, tasks consumed after {consumed:.1f} s",
    )
    assert most <= 2  # two only while one takes over from the other
