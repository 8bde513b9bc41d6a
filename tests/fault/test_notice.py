"""The exchange ends its connections: announced in time, too late, or not at all."""

import time

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.product import wait_for

SHORT_LEAD_SECONDS, LONG_LEAD_SECONDS = 5.0, 600.0


def end_connections(world: Streaming, lead: float | None) -> float:
    """Have all connections end after a notice with this lead, or without any; when it began."""
    since, connects = time.time(), world.figures()["connects"]
    if lead is None:
        world.control.cut()
    else:
        world.control.shutdown(lead)
    wait_for(lambda: world.figures()["connects"] > connects, 15, "a new connection")
    time.sleep((lead or 0.0) + 1.0)  # the old one is cut meanwhile, if it is still there
    return since


@pytest.mark.parametrize("lead", [0.0, None])
def test_without_time_the_hole_is_repaired(world: Streaming, lead: float | None, measured: Measured) -> None:
    since = end_connections(world, lead)
    world.assert_clean(within=30)
    measured(
        "R12",
        injected="connections ended "
        + ("without notice" if lead is None else f"{lead:.0f} s after the notice"),
        demanded="repaired",
        found=f"clean, {world.repairs(since)} REST repairs",
    )


def test_in_time_the_successor_takes_over_and_nothing_needs_repair(
    world: Streaming, measured: Measured
) -> None:
    successor_takes_over(world, SHORT_LEAD_SECONDS, measured)


@pytest.mark.soak
def test_ten_minutes_ahead_it_does_so_with_the_waiting_times_of_the_product(
    worlds: Worlds, measured: Measured
) -> None:
    with worlds.another(constants={}) as world:
        successor_takes_over(world, LONG_LEAD_SECONDS, measured)


def successor_takes_over(world: Streaming, lead: float, measured: Measured) -> None:
    """One new connection, ready before the old one ends."""
    handovers = world.figures()["handovers"]
    since = end_connections(world, lead)
    world.assert_clean(within=30)
    measured(
        "R12",
        injected=f"connections ended {lead:.0f} s after the notice",
        demanded="0 REST repairs",
        found=f"{world.repairs(since)} REST repairs",
    )
    assert world.repairs(since) == 0
    assert world.figures()["handovers"] == handovers + 1
