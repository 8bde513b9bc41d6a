"""Seeded soak: a seed decides which faults strike, when, how long and how many at once.

    make soak-seed SEED=17        replays one seed; so does `pytest tests/fault/test_soak.py --soak-seeds 17`
    make soak                     all 200

The waiting times of the product are a tenth of what they are: six seconds, in which faults strike and trades
come, stand for a minute. Twenty seeds share a world and its bounds; these are the product's for the first
twenty, and drawn, some of them very narrow, for the others. Servers and processes are real, so the instants
are those of the seed to within what the machine needs. Drawn is what can strike at any time, of R1 to R27 (R2
is R1 by chance); the limits of R16 hold in every world: its exchange ends a connection that breaks one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.fault.injections import INJECTIONS, Ending
from tests.fault.soaked_world import USES, SoakedWorld

FEWEST, MOST = 2, 4  # faults of a seed
LENGTH_SECONDS = 6.0  # of a seed: a minute, accelerated tenfold
LAST_START_SECONDS = 2.0
SHORTEST_SECONDS = 0.5
QUIET_SECONDS = 60.0  # at most, until all is well again


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault of a plan; seconds since its begin."""

    begins: float
    ends: float
    name: str

    def __str__(self) -> str:
        return f"{self.begins:.2f}..{self.ends:.2f} s {self.name}"


def plan_of(seed: int) -> list[Strike]:
    """What a seed does; the same whenever it is asked for.

    >>> plan_of(7) == plan_of(7)
    True
    """
    random = Random(f"plan {seed}")
    strikes: list[Strike] = []
    touched: set[str] = set()
    for name in random.sample(list(INJECTIONS), len(INJECTIONS)):
        injection = INJECTIONS[name]
        touches = set(injection.touches.split(", "))
        if touches & touched:
            continue
        touched |= touches
        begins = random.uniform(0.0, LAST_START_SECONDS)
        length = random.uniform(min(SHORTEST_SECONDS, injection.longest_seconds), injection.longest_seconds)
        strikes.append(Strike(begins, begins + length, name))
    return sorted(strikes[: random.randint(FEWEST, MOST)], key=lambda strike: strike.begins)


def strike(world: SoakedWorld, plan: Sequence[Strike], seed: int) -> None:
    """Have a plan happen, each fault begun and ended at its instant."""
    random = Random(f"faults {seed}")
    endings: dict[Strike, Ending] = {}
    moments = sorted(
        [(each.begins, 0, each) for each in plan] + [(each.ends, 1, each) for each in plan],
        key=lambda m: m[:2],
    )
    began = time.monotonic()
    for at, is_end, each in moments:
        time.sleep(max(0.0, began + at - time.monotonic()))
        if is_end:
            endings.pop(each)()
        else:
            endings[each] = INJECTIONS[each.name].begin(world, random)


def series_of(seed: int) -> int:
    """Which seeds share a world: 0 for the first twenty."""
    return (seed - 1) // USES


def soak(world: SoakedWorld, seed: int) -> float:
    """Have a seed's faults strike, then audit; how many seconds it took."""
    plan = plan_of(seed)
    words = f"seed {seed}: {'; '.join(map(str, plan))}"
    print(words)
    began = time.monotonic()
    try:
        strike(world, plan, seed)
        time.sleep(max(0.0, began + LENGTH_SECONDS - time.monotonic()))
        world.heal()
        world.streaming.assert_clean(within=QUIET_SECONDS)
    except BaseException as error:
        error.add_note(f"{words}\nreplay: make soak-seed SEED={seed}")
        world.streaming.spoiled = True
        raise
    return time.monotonic() - began


def seeds_of(text: str) -> list[int]:
    """The seeds of a list of numbers and ranges.

    >>> seeds_of("3,7-9")
    [3, 7, 8, 9]
    """
    spans = [part.partition("-") for part in text.split(",")]
    return [seed for low, _, high in spans for seed in range(int(low), int(high or low) + 1)]
