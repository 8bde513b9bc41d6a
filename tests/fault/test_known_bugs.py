"""Known bugs, put back one at a time: the same faults that the product outlives must lose trades then.

Each fault also runs without its bug: what fails there would fail for another reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.soak import Strike, strike
from tests.fault.soaked_world import SoakedWorld, soaked_world
from tests.fault.streaming import CAPTURE, HASTE
from tests.fault.test_half_open import BLIND

TASK = "hold the stream in a task"
LOST_WITHIN_SECONDS = 25.0


@dataclass(frozen=True)
class Case:
    """A bug, and the faults that show it."""

    bug: str
    plan: tuple[Strike, ...]
    workers: Sequence[str] = CAPTURE
    options: dict[str, Any] = field(default_factory=dict)


LATE = (Strike(0.0, 6.0, "R18 late trades"), Strike(0.1, 6.0, "R17 repeats"))
# The journal is written ten times a second: one kill may come just behind it, six do not.
KILLS = tuple(Strike(at, at + 0.4, "R4 store killed") for at in (0.5, 3.0, 5.5, 8.0, 10.5, 13.0))
CASES = [
    Case("no pings and no watchdog", (Strike(0.0, 0.1, "R10 half-open line"),), options={"constants": BLIND}),
    Case("insert in order", LATE),
    # Nobody repairs here what the store forgot: what it acknowledged is its own to keep.
    Case("write without journal", KILLS, workers=("stream",)),
    Case(TASK, (Strike(0.0, 1.0, "R1 stream killed"),)),
]


def tampering(case: Case) -> dict[str, list[str]]:
    """What puts the bug back; for one it is the constants alone."""
    return {"bugs": [] if "constants" in case.options else [case.bug]}


def lost(world: SoakedWorld, case: Case) -> list[str]:
    """What of the trades up to the end of the faults is missing after a while."""
    strike(world, case.plan, seed=48)
    world.heal()
    newest = world.streaming.newest()
    return world.streaming.missing_after(newest, LOST_WITHIN_SECONDS)


@pytest.mark.soak
@pytest.mark.parametrize("with_bug", [True, False], ids=["with the bug", "without"])
@pytest.mark.parametrize("case", CASES, ids=[case.bug for case in CASES])
def test_it_is_found(
    worlds: Worlds, tmp_path: Path, redis_url: str, case: Case, with_bug: bool, measured: Measured
) -> None:
    worlds.end()
    options = {"constants": HASTE} | (case.options | {"tampering": tampering(case)} if with_bug else {})
    is_task = with_bug and case.bug == TASK
    with soaked_world(
        tmp_path,
        seed=4_700,
        workers=case.workers,
        before_beat=ask_for_the_stream if is_task else None,
        **options,
    ) as world:
        missing = lost(world, case)
    measured(
        "R48",
        injected=f"{'with' if with_bug else 'without'} the bug: {case.bug}; {case.plan[0].name}",
        demanded="trades are missing" if with_bug else "none missing",
        found=f"{len(missing)} missing",
    )
    assert bool(missing) == with_bug, missing[:5]


def ask_for_the_stream(broker: str) -> None:
    """Once, as whoever deploys the product would."""
    with Celery(broker=broker) as app:
        app.send_task("tests.hold_stream", queue="stream")
