"""The constant of the pair that breaks: still for a while, then wandering to another level.

Time is cut into cycles of 36 hours. In each the relation holds for 50 to 70 % of the time,
breaks, and the constant walks at random to the level of the next cycle. Two breaks are at
most 43 hours apart, so every two days of history hold one.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt

import numpy as np

from workers.local.exchange.market.noise import generator, uniform
from workers.local.exchange.market.reverting import Floats
from workers.local.exchange.planted import BREAKING, PAIRS, PlantedPair

CYCLE_SECONDS = 36 * 3600
WALK_STEP = 10  # seconds
LEVEL_DEVIATION = 0.03
WALK_VOLATILITY = 0.0015  # per square root of a minute


@dataclass(frozen=True, slots=True)
class Cycle:
    """One stretch in which the relation holds, breaks and mends; whole seconds since 1970."""

    number: int
    start: int
    break_second: int
    end: int


def cycle_at(seed: int, second: int) -> Cycle:
    """The cycle a moment belongs to."""
    number = second // CYCLE_SECONDS
    start = number * CYCLE_SECONDS
    held = int(CYCLE_SECONDS * (0.5 + 0.2 * uniform(seed, "break", number)))
    return Cycle(number, start, start + held, start + CYCLE_SECONDS)


class BreakingLevel:
    """The constant of the breaking pair, second by second."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._walk = lru_cache(maxsize=4)(self._compute_walk)

    def values(self, first: int, last: int) -> Floats:
        """The value at each second from `first` to `last`, both included."""
        pieces = []
        for number in range(first // CYCLE_SECONDS, last // CYCLE_SECONDS + 1):
            cycle = cycle_at(self._seed, number * CYCLE_SECONDS)
            seconds = np.arange(max(first, cycle.start), min(last, cycle.end - 1) + 1)
            walk = self._walk(number)
            times = cycle.break_second + WALK_STEP * np.arange(len(walk))
            pieces.append(np.interp(seconds, times, walk))
        return np.concatenate(pieces)

    def _level(self, number: int) -> float:
        return LEVEL_DEVIATION * float(generator(self._seed, "level", number).standard_normal())

    def _compute_walk(self, number: int) -> Floats:
        """From the level of this cycle to that of the next, from the break to the end of the cycle."""
        cycle = cycle_at(self._seed, number * CYCLE_SECONDS)
        steps = -(-(cycle.end - cycle.break_second) // WALK_STEP)
        scale = WALK_VOLATILITY * sqrt(WALK_STEP / 60)
        free = np.zeros(steps + 1)
        free[1:] = np.cumsum(scale * generator(self._seed, "walk", number).standard_normal(steps))
        here, there = self._level(number), self._level(number + 1)
        return here + free + np.linspace(0.0, 1.0, steps + 1) * (there - here - free[-1])


def planted_at(seed: int, now_ms: int) -> tuple[PlantedPair, ...]:
    """The planted pairs with the break that matters now: the latest one, or the coming one while it holds."""
    cycle = cycle_at(seed, now_ms // 1000)
    return (*PAIRS, _broken(cycle))


def breaks_between(seed: int, start_ms: int, end_ms: int) -> tuple[PlantedPair, ...]:
    """The breaking pair once for each of its breaks in [start, end), oldest first."""
    numbers = range(start_ms // 1000 // CYCLE_SECONDS, end_ms // 1000 // CYCLE_SECONDS + 1)
    cycles = (cycle_at(seed, number * CYCLE_SECONDS) for number in numbers)
    return tuple(_broken(cycle) for cycle in cycles if start_ms <= cycle.break_second * 1000 < end_ms)


def _broken(cycle: Cycle) -> PlantedPair:
    return replace(
        BREAKING,
        holds_from=cycle.start * 1000,
        breaks_at=cycle.break_second * 1000,
        mends_at=cycle.end * 1000,
    )
