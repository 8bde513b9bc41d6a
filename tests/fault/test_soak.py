"""Faults drawn by a seed, several at once: after each seed everything is there, once and right."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.fault.injections import INJECTIONS
from tests.fault.measuring import Measured
from tests.fault.soak import LENGTH_SECONDS, plan_of, seeds_of, series_of, soak
from tests.fault.soaked_world import Soaked

GATE_SEEDS, ALL_SEEDS = range(1, 11), range(1, 201)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The seeds that were asked for, else ten for each run, and the others for the long one."""
    if "seed" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--soak-seeds")
        seeds = seeds_of(asked) if asked else ALL_SEEDS
        long = [pytest.param(seed, marks=pytest.mark.soak) for seed in seeds if seed not in GATE_SEEDS]
        metafunc.parametrize("seed", [*(seed for seed in seeds if seed in GATE_SEEDS), *long])


def test_a_plan_is_the_seed_alone_and_has_several_faults() -> None:
    plans = [plan_of(seed) for seed in ALL_SEEDS]
    assert plans == [plan_of(seed) for seed in ALL_SEEDS]
    assert all(len(plan) >= 2 for plan in plans)
    overlapping = sum(any(b.begins < a.ends for a, b in pairwise(plan)) for plan in plans)
    assert overlapping > len(plans) / 2


def test_every_fault_is_drawn_many_times_and_ends_within_its_minute() -> None:
    strikes = [strike for seed in ALL_SEEDS for strike in plan_of(seed)]
    drawn = Counter(strike.name for strike in strikes)
    assert set(drawn) == set(INJECTIONS)
    assert min(drawn.values()) >= 5
    assert max(strike.ends for strike in strikes) <= LENGTH_SECONDS


def test_no_two_faults_of_a_plan_touch_the_same() -> None:
    for seed in ALL_SEEDS:
        touched = [thing for strike in plan_of(seed) for thing in INJECTIONS[strike.name].touches.split(", ")]
        assert len(touched) == len(set(touched)), seed


def test_the_gate_kills_the_stream_twice() -> None:
    names = [strike.name for seed in GATE_SEEDS for strike in plan_of(seed)]
    assert names.count("R1 stream killed") == 2


def test_nothing_is_lost_whatever_strikes(soaked: Soaked, seed: int, measured: Measured) -> None:
    took = soak(soaked.world(series_of(seed)), seed)
    names = ", ".join(strike.name for strike in plan_of(seed))
    measured(
        "R48", injected=f"seed {seed}: {names}", demanded="audit clean", found=f"clean after {took:.1f} s"
    )
