"""The clock of this machine is set while the product runs: an hour ahead, an hour back, two seconds off.

libfaketime stands between the workers and the system's clock; the exchange keeps the right time.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.machine_clock import clock_of_file
from tests.product import wait_for

OFFSETS = (3_600.0, -3_600.0, 2.0, 0.0)
ALARM_SECONDS = 300.0


class Skewed:
    """A world whose workers' clock can be set."""

    def __init__(self, world: Streaming, offset: Path) -> None:
        self.world = world
        self._offset = offset

    def set_clock(self, seconds: float) -> None:
        """Let the workers' clock be so far ahead."""
        self._offset.write_text(f"{seconds:+.0f}\n")

    def offset_seconds(self) -> float | None:
        """By how much the exchange is ahead of the workers, as the product knows it."""
        row = self.world.store["quality"].find_one({"_id": "clock"})
        return row["clock_check"]["offset_ms"] / 1000 if row else None


@pytest.fixture
def skewed(worlds: Worlds, tmp_path: Path) -> Iterator[Skewed]:
    """A world of its own."""
    offset = tmp_path / "offset"
    offset.write_text("+0\n")
    environ = clock_of_file(offset)
    with worlds.another(worker_environ=environ, workers=("stream", "batch", "compute")) as world:
        yield Skewed(world, offset)


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
            wait_for(lambda off=offset: knows(skewed, off), ALARM_SECONDS, f"word of {offset:+.0f} s")
        )  # type: ignore[misc]
        world.assert_clean(within=60)
    more = world.figures()["connects"] - connects
    measured(
        "R22",
        injected=f"system clock set to {', '.join(f'{offset:+.0f} s' for offset in OFFSETS)}",
        demanded="no reconnect, bars unchanged and going on, known <= 5 min",
        found=f"{more:.0f} reconnects, bars again <= {slowest:.1f} s, known <= {max(noticed):.0f} s",
    )
    assert more == 0


def knows(skewed: Skewed, offset: float) -> bool:
    """Whether the product knows how far its clock is off."""
    found = skewed.offset_seconds()
    return found is not None and abs(found + offset) < 1.0
