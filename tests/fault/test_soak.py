"""Faults drawn by a seed, several at once: after each seed everything is there, once and right."""

from itertools import pairwise

import pytest

from tests.fault.measuring import Measured
from tests.fault.soak import plan_of, seeds_of, soak
from tests.fault.soaked_world import Soaked

GATE_SEEDS, ALL_SEEDS = range(1, 11), range(1, 201)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The seeds that were asked for, else ten for each run, and the others for the long one."""
    if "seed" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--soak-seeds")
        long = (
            []
            if asked
            else [pytest.param(seed, marks=pytest.mark.soak) for seed in ALL_SEEDS if seed not in GATE_SEEDS]
        )
        metafunc.parametrize("seed", [*(seeds_of(asked) if asked else GATE_SEEDS), *long])


def test_a_plan_is_the_seed_alone_and_has_several_faults() -> None:
    plans = [plan_of(seed) for seed in ALL_SEEDS]
    assert plans == [plan_of(seed) for seed in ALL_SEEDS]
    assert all(len(plan) >= 2 for plan in plans)
    overlapping = sum(any(b.begins < a.ends for a, b in pairwise(plan)) for plan in plans)
    assert overlapping > len(plans) / 2


def test_the_gate_kills_the_stream_twice() -> None:
    names = [strike.name for seed in GATE_SEEDS for strike in plan_of(seed)]
    assert names.count("R1 stream killed") == 2


def test_nothing_is_lost_whatever_strikes(soaked: Soaked, seed: int, measured: Measured) -> None:
    took = soak(soaked.world(), seed)
    names = ", ".join(strike.name for strike in plan_of(seed))
    measured(
        "R48", injected=f"seed {seed}: {names}", demanded="audit clean", found=f"clean after {took:.1f} s"
    )
