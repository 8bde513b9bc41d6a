"""Redis dies, comes back empty, or forgets everything: capture goes on, tasks are consumed again.

Redis holds nothing on disk, so one that was killed returns empty; the tests on the page's
side of it stand in tests/browser/test_redis_away.py.
"""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.readiness import seconds_until_ready, web_of
from tests.fault.sharing import Sharing
from tests.fault.soaked_world import Soaked, SoakedWorld
from tests.fault.streaming import SYMBOLS, Streaming
from tests.product import wait_for
from workers.coordination.leases import LAPSES_SECONDS
from workers.local.redis_server import RedisServer

CONSUMED_SECONDS = 60.0
AWAY_SECONDS, FULL_SECONDS, DUPLICATE_SECONDS = 4.0, 30.0, 15.0
SEVEN = (*SYMBOLS, "AVAXUSDT")  # so that no shard is empty
PRODUCT = {"workers.coordination.leases:LAPSES_SECONDS": LAPSES_SECONDS}


@pytest.fixture
def lonely(soaked: Soaked, request: pytest.FixtureRequest) -> Iterator[SoakedWorld]:
    """A world on a Redis of its own; a test that fails leaves none behind."""
    world, failed = soaked.world(), request.session.testsfailed
    yield world
    world.heal()
    world.streaming.spoiled = world.streaming.spoiled or request.session.testsfailed > failed


def seconds_until_consumed(world: Streaming) -> float:
    """How long it takes until bars of seconds from now on are built: tasks are consumed then."""
    now = time.time()
    return wait_for(lambda: world.built_until() > now, CONSUMED_SECONDS, "tasks that are consumed")


def capture_goes_on(lonely: SoakedWorld, away_seconds: float) -> str:
    """While Redis is away trades are stored, and afterwards tasks are consumed; what was measured."""
    world, connects = lonely.streaming, lonely.streaming.figures()["connects"]
    lonely.signal_server(lonely.redis, signal.SIGKILL)
    time.sleep(away_seconds / 2)
    before = world.stored()
    time.sleep(away_seconds / 2)
    grown = world.stored() - before
    lonely.redis.start()
    consumed = seconds_until_consumed(world)
    assert grown > 0
    assert world.figures()["connects"] == connects
    return f"{grown} trades stored in the last half of it, 0 lost, consumed after {consumed:.1f} s"


def test_capture_goes_on_and_tasks_are_consumed_again(lonely: SoakedWorld, measured: Measured) -> None:
    found = capture_goes_on(lonely, AWAY_SECONDS)
    lonely.streaming.assert_clean(within=60)
    measured(
        "R6",
        injected=f"Redis killed for {AWAY_SECONDS:.0f} s, returns empty",
        demanded="capture goes on, 0 lost, tasks consumed <= 60 s after the return",
        found=found,
    )


@pytest.mark.soak
def test_after_half_a_minute_without_redis_all_is_well_again(lonely: SoakedWorld, measured: Measured) -> None:
    with web_of(lonely.streaming) as web:
        seconds_until_ready(web, CONSUMED_SECONDS)
        found = capture_goes_on(lonely, FULL_SECONDS)
        ready = seconds_until_ready(web, CONSUMED_SECONDS)
    lonely.streaming.assert_clean(within=60)
    measured(
        "R6",
        injected=f"Redis killed for {FULL_SECONDS:.0f} s, returns empty",
        demanded="capture goes on, 0 lost, tasks consumed and /api/ready green <= 60 s after the return",
        found=f"{found}, /api/ready green {ready:.1f} s after that",
    )


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


@pytest.mark.soak
def test_two_stream_workers_and_a_redis_that_forgets_everything(
    worlds: Worlds, tmp_path: Path, measured: Measured
) -> None:
    redis = RedisServer(tmp_path / "redis")
    redis.start()
    options = {"shards": 4, "symbols": SEVEN, "rate": 1_000, "constants": PRODUCT, "redis_url": redis.url}
    with worlds.another(kind=Sharing, **options) as world, Redis.from_url(redis.url) as client:
        assert isinstance(world, Sharing)
        new = world.join()
        world.wait_for_shares(60, stream=2, **{new: 2})
        connects, token = connects_of(world), world.newest_token()
        client.flushall()
        consumed = seconds_until_consumed(world)
        time.sleep(DUPLICATE_SECONDS)  # a second stream would be there by then
        more = connects_of(world) - connects
        world.leave(new, signal.SIGKILL, within=5)
        world.wait_for_shares(60, stream=4)
        found = world.assert_clean(within=60)
        risen = world.newest_token() - token
    redis.stop()
    measured(
        "R7",
        injected="FLUSHALL, two stream workers with the waiting times of the product; then one killed",
        demanded=f"no stream twice within {DUPLICATE_SECONDS:.0f} s, tasks consumed, the token rises, clean",
        found=f"{more} new connections, consumed after {consumed:.1f} s, the token {risen} higher, {found!r}",
    )
    assert more == 0
    assert risen > 0


def connects_of(world: Sharing) -> int:
    """How often the workers connected so far."""
    return sum(int(world.figures_of(name)["connects"]) for name in world.sharing)
