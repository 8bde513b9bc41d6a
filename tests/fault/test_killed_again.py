"""The stream is killed at instants drawn from a seed, again and again: each time everything comes back."""

import time
from random import Random

import pytest

from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for

CLEAN_SECONDS = 60.0


@pytest.mark.soak  # in the gate, seeds 9 and 10 of the seeded soak kill it
@pytest.mark.parametrize("times", [2, 20])
def test_it_comes_back_clean_each_time(world: Streaming, times: int, measured: Measured) -> None:
    random, slowest = Random(2), 0.0
    for _ in range(times):
        time.sleep(random.uniform(0.2, 3.0))  # the instant is what the seed decides
        world.kill("stream")
        world.await_death("stream")
        began = time.monotonic()
        world.start_worker("stream")
        wait_for(lambda: is_capturing(world), CLEAN_SECONDS, "a stream that captures")
        world.assert_clean(within=CLEAN_SECONDS)
        slowest = max(slowest, time.monotonic() - began)
    measured(
        "R2",
        injected=f"stream killed {times} times at random instants",
        demanded=f"clean <= {CLEAN_SECONDS:.0f} s after each",
        found=f"clean after {slowest:.1f} s at most",
    )
    assert slowest <= CLEAN_SECONDS


def is_capturing(world: Streaming) -> bool:
    """Whether the process of now is connected."""
    beat = world.store["heartbeats"].find_one({"process": "stream", "pid": world.pid_of("stream")})
    return bool(beat and beat["figures"].get("connected"))
