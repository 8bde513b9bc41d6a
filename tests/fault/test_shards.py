"""Stream workers share the symbols: what one leaves the other takes, with nothing missed (R3, R7, R23).

The tests follow each other in one world: each begins and ends with one worker that holds all shards.
"""

import signal
import time
from collections.abc import Iterator

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.sharing import LAPSES_SECONDS, Sharing
from tests.fault.streaming import SYMBOLS
from tests.product import wait_for

RESUMED_SECONDS = 15.0
STOPPED_SECONDS = 5.0
SHARDS = 4
SEVEN = (*SYMBOLS, "AVAXUSDT")  # so that no shard is empty


@pytest.fixture(scope="module")
def world(worlds: Worlds) -> Iterator[Sharing]:
    with worlds.another(kind=Sharing, shards=SHARDS, symbols=SEVEN, rate=1_000) as world:
        assert isinstance(world, Sharing)
        world.wait_for_shares(30, stream=SHARDS)
        yield world


@pytest.fixture
def pair(world: Sharing) -> tuple[str, str]:
    """Two workers with two shards each, the older one first."""
    (old,) = world.sharing
    new = world.join()
    world.wait_for_shares(60, **{old: 2, new: 2})
    assert world.shards_of(old) | world.shards_of(new) == set(range(SHARDS))
    return old, new


def test_shards_move_without_a_missing_trade_and_without_repair(
    world: Sharing, pair: tuple[str, str], measured: Measured
) -> None:
    began, (old, new) = time.time(), pair
    code = world.leave(old, within=10)
    left_at = time.monotonic()
    world.wait_for_shares(20, **{new: SHARDS})
    took = time.monotonic() - left_at
    world.assert_clean(within=40)
    measured(
        "R3",
        injected="SIGTERM one of two stream workers",
        demanded="the other takes over, 0 REST repairs",
        found=f"all shards held {took:.1f} s after the exit, no hole",
    )
    assert code == 0
    assert world.store["gaps"].count_documents({}) == 0, list(world.store["gaps"].find())
    assert world.repairs(began) == 0


def test_a_paused_holder_that_wakes_up_is_refused_and_lets_go(
    world: Sharing, pair: tuple[str, str], measured: Measured
) -> None:
    token, (old, new) = world.newest_token(), pair
    stopped = world.words(old).count("capture stopped")
    world.kill(old, signal.SIGSTOP)
    world.wait_for_shares(LAPSES_SECONDS + 20, **{new: SHARDS})
    assert world.newest_token() > token
    world.kill(old, signal.SIGCONT)
    woken_at = time.monotonic()
    wait_for(lambda: world.words(old).count("lease lost") == 2, 10, "the former holder to hear of it")
    wait_for(lambda: world.words(old).count("capture stopped") >= stopped + 2, 10, "its captures to end")
    stopped_after = time.monotonic() - woken_at
    world.wait_for_shares(30, **{old: 2, new: 2})  # both live: they share again
    world.leave(old, within=10)
    world.wait_for_shares(20, **{new: SHARDS})
    world.assert_clean(within=60)
    measured(
        "R23",
        injected="the holder of a shard stopped until another has taken over, then woken",
        demanded=f"the token rises; it is refused and stops <= {STOPPED_SECONDS:.0f} s",
        found=f"stopped {stopped_after:.1f} s after it woke",
    )
    assert stopped_after <= STOPPED_SECONDS


@pytest.mark.soak
def test_a_killed_worker_is_replaced_by_the_other(world: Sharing, pair: tuple[str, str]) -> None:
    old, new = pair
    killed_at = time.monotonic()
    world.leave(old, signal.SIGKILL, within=5)
    world.wait_for_shares(RESUMED_SECONDS + 10, **{new: SHARDS})
    took = time.monotonic() - killed_at
    print(f"all shards held {took:.1f} s after the kill, leases lapse after {LAPSES_SECONDS} s")
    world.assert_clean(within=60)


@pytest.mark.soak
def test_redis_that_forgets_everything_moves_no_shard(
    world: Sharing, pair: tuple[str, str], measured: Measured
) -> None:
    token, (old, new) = world.newest_token(), pair
    held = world.shards_of(old)
    world.forget_in_redis()
    world.assert_clean(within=60)
    assert world.newest_token() == token
    assert world.shards_of(old) == held
    assert "lease lost" not in world.words(old) + world.words(new)
    measured("R7", injected="FLUSHALL, two stream workers", demanded="no shard moves", found="none moved")


@pytest.mark.soak
def test_a_worker_that_does_not_wait_for_its_successor_leaves_a_hole(worlds: Worlds) -> None:
    """What the hand-over is for: without it the first test of this file fails."""
    hasty = {"workers.stream.shard_holder:HANDOVER_SECONDS": 0.0}
    with worlds.another(kind=Sharing, shards=1, rate=1_000, constants=hasty) as world:
        assert isinstance(world, Sharing)
        new = world.join()
        wait_for(lambda: "memory_mb" in world.figures_of(new), 40, "a second worker")
        world.leave("stream", within=10)
        world.wait_for_shares(20, **{new: 1})
        wait_for(lambda: world.store["gaps"].count_documents({}) > 0, 20, "the hole on record")
        world.assert_clean(within=60)
