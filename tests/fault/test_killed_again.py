"""The stream is killed under load, in the middle of a burst and again and again: everything comes back."""

import time
from random import Random

import pytest

from tests.fault.conftest import Worlds
from tests.fault.loaded import burst, loaded
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for

pytestmark = pytest.mark.soak  # in the gate, seeds 9 and 10 of the seeded soak kill it

RATE, BURST_SECONDS = 2_000.0, 30.0
ASKED_RATE = 3_000.0  # of an exchange whose market is sometimes quieter
RESUMED_SECONDS, REPAIRED_SECONDS, CLEAN_SECONDS = 15.0, 60.0, 60.0
WORLDS, TIMES = 10, 2  # an audit looks at all that a world has stored: it grows


def test_in_the_middle_of_a_burst(worlds: Worlds, measured: Measured) -> None:
    with burst(worlds, ASKED_RATE, BURST_SECONDS) as load:
        world = load.world
        load.await_burst(ASKED_RATE)
        sent, _ = load.hold(BURST_SECONDS / 2)
        before, began = world.stored(), time.monotonic()
        kill_and_start_again(world)
        wait_for(lambda: world.stored() > before + RATE, CLEAN_SECONDS, "trades of the new process")
        resumed = time.monotonic() - began
        wait_for(lambda: bool(holes(world)) and not world.unresolved(), CLEAN_SECONDS, "repaired holes")
        repaired = time.monotonic() - began
        load.hold(max(1.0, BURST_SECONDS / 2 - repaired))
        found = world.assert_clean(within=120)
    measured(
        "R1",
        injected=f"stream killed in the middle of {RATE:,.0f} messages/s for {BURST_SECONDS:.0f} s",
        demanded=f"capture goes on <= {RESUMED_SECONDS:.0f} s, repaired <= {REPAIRED_SECONDS:.0f} s, clean",
        found=f"{sent:,.0f}/s sent, on after {resumed:.1f} s, repaired after {repaired:.1f} s, {found!r}",
    )
    assert sent >= RATE
    assert resumed <= RESUMED_SECONDS
    assert repaired <= REPAIRED_SECONDS


def test_at_random_instants_again_and_again(worlds: Worlds, measured: Measured) -> None:
    random, slowest, sent = Random(2), 0.0, []
    for _ in range(WORLDS):
        with loaded(worlds, ASKED_RATE) as load:
            for _ in range(TIMES):
                sent.append(load.hold(random.uniform(0.2, 3.0))[0])  # the instant is what the seed decides
                began = time.monotonic()
                kill_and_start_again(load.world)
                wait_for(lambda w=load.world: is_capturing(w), CLEAN_SECONDS, "a new stream")  # type: ignore[misc]
                load.world.assert_clean(within=CLEAN_SECONDS)
                slowest = max(slowest, time.monotonic() - began)
    measured(
        "R2",
        injected=f"stream killed {len(sent)} times at random instants of {RATE:,.0f} messages/s",
        demanded=f"clean <= {CLEAN_SECONDS:.0f} s after each",
        found=f"{sum(sent) / len(sent):,.0f}/s sent, clean after {slowest:.1f} s at most",
    )
    assert sum(sent) / len(sent) >= RATE
    assert slowest <= CLEAN_SECONDS


def kill_and_start_again(world: Streaming) -> None:
    """As a supervisor does."""
    world.kill("stream")
    world.await_death("stream")
    world.start_worker("stream")


def holes(world: Streaming) -> int:
    """How many are on record."""
    return world.store["gaps"].count_documents({})


def is_capturing(world: Streaming) -> bool:
    """Whether the process of now is connected."""
    beat = world.store["heartbeats"].find_one({"process": "stream", "pid": world.pid_of("stream")})
    return bool(beat and beat["figures"].get("connected"))
