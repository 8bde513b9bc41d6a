"""Messages that come twice, or not in their order."""

import time

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

FAULTY_SECONDS = 5.0
PARALLEL_SECONDS = 6.0


def faulty_for(world: Streaming, seconds: float) -> None:
    """Let a fault that is on last for a while, then switch all off."""
    time.sleep(seconds)  # the length of the fault is the test
    world.control.off()


def test_repeats_change_nothing_and_are_counted(world: Streaming, measured: Measured) -> None:
    before = world.figures()["repeats"]
    injected_before = world.control.count("duplicate")
    world.control.on("duplicate", share=0.1)
    faulty_for(world, FAULTY_SECONDS)
    injected = world.control.count("duplicate") - injected_before
    assert injected > 20
    world.assert_clean(within=30)
    wait_for(lambda: world.figures()["repeats"] - before >= injected, 6, "the count of repeats")
    counted = world.figures()["repeats"] - before
    measured(
        "R17",
        injected=f"one message in ten twice, for {FAULTY_SECONDS:.0f} s",
        demanded="stored once, all counted",
        found=f"{injected} sent twice, {counted:.0f} counted",
    )
    assert counted == injected


@pytest.mark.soak
def test_two_whole_connections_side_by_side_store_each_trade_once(worlds: Worlds, measured: Measured) -> None:
    beside = HASTE | {"workers.stream.connection:SETTLE_SECONDS": PARALLEL_SECONDS}
    with worlds.another(constants=beside) as world:
        begun, requests = traded_until(world), len(world.control.requests())
        world.control.shutdown(lead=3 * PARALLEL_SECONDS)
        wait_for(lambda: "handover begins" in world.words("stream"), 10, "a second connection")
        wait_for(lambda: world.figures()["repeats"] > 0, 10, "trades that come twice")
        both = traded_until(world)
        time.sleep(PARALLEL_SECONDS / 2)  # so long at least both deliver
        least = traded_until(world) - both
        wait_for(lambda: "its successor delivers" in world.words("stream"), 30, "the end of the old one")
        found = world.assert_clean(within=30)
        most, repeats = traded_until(world) - begun, world.figures()["repeats"]
        measured(
            "R17",
            injected=f"two whole connections side by side for {PARALLEL_SECONDS:.0f} s",
            demanded=f"each trade stored once; from {least} to {most} repeats counted, 0 REST repairs",
            found=f"{repeats:.0f} counted; {found!r}",
        )
        assert least > 100
        assert least <= repeats <= most
        assert not [target for _, target, _ in world.control.requests()[requests:] if "fromId" in target]


def traded_until(world: Streaming) -> int:
    """How many trades of the captured symbols there were by now, from an arbitrary beginning."""
    return sum(world.newest().values())


def test_disorder_leaves_every_trade_and_bar_exact(world: Streaming, measured: Measured) -> None:
    world.control.on("reorder", ms=500)
    faulty_for(world, FAULTY_SECONDS)
    found = world.assert_clean(within=30)
    measured(
        "R18", injected="order mixed within 500 ms", demanded="every trade and bar exact", found=f"{found!r}"
    )


@pytest.mark.parametrize("seconds", [6.0, pytest.param(60.0, marks=pytest.mark.soak)])
def test_a_trade_that_comes_late_reopens_its_bar(
    world: Streaming, seconds: float, measured: Measured
) -> None:
    late = world.figures()["late"]
    world.control.on("rest", answer="502", endpoints="aggTrades")  # the repair does not come first
    delayed = world.control.count("delay")
    world.control.on("delay", ms=seconds * 1000, times=1)
    wait_for(lambda: world.control.count("delay") > delayed, 5, "a trade that is held back")
    wait_for(lambda: world.unresolved() == 1, 5, "the hole it leaves")
    wait_for(lambda: world.figures()["late"] > late, seconds + 10, "the late trade")
    world.control.off()
    found = world.assert_clean(within=30)
    measured("R18", injected=f"a trade {seconds:.0f} s late", demanded="its bar exact", found=f"{found!r}")
