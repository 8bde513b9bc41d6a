"""Messages nobody can read: set aside with a reason, and no good one is lost for them."""

import time

import pytest

from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from workers.local.exchange.malformed import MALFORMED

MEMORY_MB = 50.0


@pytest.mark.parametrize(("every", "seconds"), [(10, 6.0), pytest.param(100, 60.0, marks=pytest.mark.soak)])
def test_each_is_in_quarantine_and_nothing_is_lost(
    world: Streaming, every: int, seconds: float, measured: Measured
) -> None:
    since, before = time.time(), world.figures()
    rows = world.store["quarantine"].count_documents({})
    counts = world.control.counts()
    world.control.on("fragment", share=0.2)
    world.control.on("corrupt", every=every)
    time.sleep(seconds)  # the length of the fault is the test
    world.control.off()
    world.assert_clean(within=30)
    after = world.control.counts()
    injected = {
        kind: after.get(f"corrupt.{kind}", 0) - counts.get(f"corrupt.{kind}", 0) for kind in MALFORMED
    }
    assert all(injected.values()), injected
    assert world.store["quarantine"].count_documents({}) == rows + sum(injected.values())
    grown = world.figures()["memory_mb"] - before["memory_mb"]
    measured(
        "R20",
        injected=f"{len(MALFORMED)} kinds of unreadable messages, one per {every}; frames in pieces",
        demanded=f"each in quarantine, none else lost, no reconnect, memory +< {MEMORY_MB:.0f} MB",
        found=f"{sum(injected.values())} in quarantine, {len(world.handshakes(since))} reconnects, "
        f"{grown:+.0f} MB",
    )
    assert not world.handshakes(since)
    assert world.figures()["memory_mb"] - before["memory_mb"] < MEMORY_MB


def test_a_frame_of_ten_megabytes_is_survived(world: Streaming, measured: Measured) -> None:
    since, before = time.time(), world.figures()
    world.control.on("huge", times=1)
    time.sleep(1.0)  # the next messages bring it
    world.control.off()
    world.assert_clean(within=30)
    assert world.store["quarantine"].count_documents({"size": 10 * 1024 * 1024}) == 1
    assert len(world.handshakes(since)) <= 1
    assert world.figures()["memory_mb"] - before["memory_mb"] < MEMORY_MB
    measured(
        "R20",
        injected="a frame of 10 MB",
        demanded="at most one reconnect",
        found=f"{len(world.handshakes(since))} reconnects",
    )
