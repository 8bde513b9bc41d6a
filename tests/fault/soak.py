"""Seeded soak: a seed decides which faults strike, when, how long and how many at once.

    make soak-seed SEED=17        replays one seed; so does `pytest tests/fault/test_soak.py --soak-seeds 17`
    make soak                     all 200; those that passed for this very code are remembered and left out

Servers and processes are real, so the instants are those of the seed to within what the machine needs.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fault.injections import INJECTIONS, Ending
from tests.fault.soaked_world import SoakedWorld

FEWEST, MOST = 2, 4  # faults of a seed
LAST_START_SECONDS = 2.0
SHORTEST_SECONDS = 0.5
QUIET_SECONDS = 60.0  # at most, until all is well again
ROOT = Path(__file__).resolve().parents[2]


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
        if injection.touches in touched:
            continue
        touched.add(injection.touches)
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


def soak(world: SoakedWorld, seed: int) -> float:
    """Have a seed's faults strike, then audit; how many seconds it took."""
    plan = plan_of(seed)
    words = f"seed {seed}: {'; '.join(map(str, plan))}"
    print(words)
    began = time.monotonic()
    try:
        strike(world, plan, seed)
        world.heal()
        world.streaming.assert_clean(within=QUIET_SECONDS)
    except BaseException as error:
        error.add_note(f"{words}\nreplay: make soak-seed SEED={seed}")
        world.streaming.spoiled = True
        raise
    return time.monotonic() - began


class Remembered:
    """The seeds that passed for this very code, kept in a file so that a long run can go on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._code = code_version()

    def __contains__(self, seed: int) -> bool:
        return f"{self._code} {seed}" in (self._path.read_text().splitlines() if self._path.exists() else [])

    def add(self, seed: int) -> None:
        """Note that a seed passed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a") as file:
            file.write(f"{self._code} {seed}\n")


def code_version() -> str:
    """A digest of all code that runs in a soak; another one when a line has changed."""
    digest = hashlib.sha256()
    for folder in ("analytics", "workers", "tests/fault"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def seeds_of(text: str) -> list[int]:
    """The seeds of a list of numbers and ranges.

    >>> seeds_of("3,7-9")
    [3, 7, 8, 9]
    """
    spans = [part.partition("-") for part in text.split(",")]
    return [seed for low, _, high in spans for seed in range(int(low), int(high or low) + 1)]
