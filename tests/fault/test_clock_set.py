"""The clock of this machine is set while the product runs: an hour ahead, an hour back, two seconds off.

libfaketime stands between the product and the system's clock; the exchange keeps the right time.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.readiness import asked, web_of
from tests.fault.streaming import Streaming
from tests.integration.web.web_process import WebProcess
from tests.machine_clock import clock_of_file
from tests.product import wait_for

OFFSETS = (3_600.0, -3_600.0, 2.0, 0.0)
ALARM_SECONDS = 300.0


class Skewed:
    """A world whose clock can be set: that of the workers and of the web, which run on one machine."""

    def __init__(self, world: Streaming, offset: Path, web: WebProcess) -> None:
        self.world = world
        self._offset = offset
        self._web = web

    def set_clock(self, seconds: float) -> None:
        """Let the workers' clock be so far ahead."""
        self._offset.write_text(f"{seconds:+.0f}\n")

    def tells(self, offset: float) -> bool:
        """Whether pages are told how far the clock is off, and that this is wrong or not."""
        clock = asked(self._web, "/api/system")["clock"]
        state = "wrong" if offset else "ok"
        return bool(clock) and clock["state"] == state and abs(clock["offset_ms"] / 1000 + offset) < 1.0


@pytest.fixture
def skewed(worlds: Worlds, tmp_path: Path) -> Iterator[Skewed]:
    """A world of its own."""
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    with worlds.another(worker_environ=clock_of_file(offset)) as world, web_of(world) as web:
        yield Skewed(world, offset, web)


@pytest.mark.soak
def test_bars_stay_where_they_are_and_the_difference_is_known(skewed: Skewed, measured: Measured) -> None:
    world, slowest, noticed = skewed.world, 0.0, []
    connects = world.figures()["connects"]
    for offset in OFFSETS:
        skewed.set_clock(offset)
        world.control.on("drop", share=0.02, times=5)  # repairs go on, too
        now = time.time()
        slowest = max(slowest, wait_for(lambda now=now: world.built_until() > now + 5, 60, "bars"))  # type: ignore[misc]
        world.control.off()
        noticed.append(
            wait_for(lambda off=offset: skewed.tells(off), ALARM_SECONDS, f"an alarm about {offset:+.0f} s")
        )  # type: ignore[misc]
        world.assert_clean(within=60)
    more = world.figures()["connects"] - connects
    measured(
        "R22",
        injected=f"system clock set to {', '.join(f'{offset:+.0f} s' for offset in OFFSETS)}",
        demanded="no reconnect, bars unchanged and going on, alarm <= 5 min",
        found=f"{more:.0f} reconnects, bars again <= {slowest:.1f} s, alarm <= {max(noticed):.0f} s",
    )
    assert more == 0
