"""The exchange ends each connection after a while, and pings with payloads that must come back.

A connection that is replaced in time overlaps with its successor: nothing has to be repaired.
That a client which answers with another payload is cut is held in tests/integration/exchange/test_rules.py.
"""

import time
from collections.abc import Iterator

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

MOST_AT_ONCE = 2
CONNECTION = "workers.stream.connection"


class Lifetime:
    """How long the exchange keeps a connection, and when the product replaces it; seconds."""

    def __init__(self, cut: float, replaced: float, cycles: int) -> None:
        self.cut = cut
        self.replaced = replaced
        self.cycles = cycles


@pytest.fixture(
    params=[
        Lifetime(cut=11.0, replaced=3.0, cycles=2),
        pytest.param(Lifetime(cut=60.0, replaced=50.0, cycles=10), marks=pytest.mark.soak),
    ],
    ids=["2 cycles", "10 cycles"],
)
def lifetime(request: pytest.FixtureRequest) -> Lifetime:
    """A day, accelerated."""
    found: Lifetime = request.param
    return found


@pytest.fixture
def mortal(worlds: Worlds, lifetime: Lifetime) -> Iterator[Streaming]:
    """Capture on an exchange whose days are short, and which pings every half second."""
    constants = HASTE | {f"{CONNECTION}:LIFETIME_SECONDS": lifetime.replaced}
    options = ("--cut-seconds", str(lifetime.cut), "--ping-seconds", "0.5", "--pong-seconds", "3")
    with worlds.another(constants=constants, options=options) as world:
        yield world


def repairs(world: Streaming, since: float) -> int:
    """How many REST requests for missing ids were made."""
    return sum("fromId=" in target for at, target, _ in world.control.requests(since))


def test_a_planned_end_costs_nothing_and_every_ping_is_answered(
    mortal: Streaming, lifetime: Lifetime, measured: Measured
) -> None:
    since, began = time.time(), mortal.figures()["handovers"]
    wait_for(
        lambda: mortal.figures()["handovers"] >= began + lifetime.cycles,
        lifetime.cycles * lifetime.cut,
        f"{lifetime.cycles} handovers",
    )
    mortal.assert_clean(within=60)
    asked, counts, figures = repairs(mortal, since), mortal.control.counts(), mortal.figures()
    measured(
        "R11",
        injected=f"connections cut after {lifetime.cut:.0f} s, {lifetime.cycles} cycles",
        demanded=f"0 REST repairs, at most {MOST_AT_ONCE} connections to a stream",
        found=f"{asked} repairs, at most {counts['listeners.most']} connections",
    )
    measured(
        "R15",
        injected=f"pings of ever other payloads, {lifetime.cycles} cycles; cut 3 s without their pong",
        demanded="never cut, every pong equal",
        found=f"{counts['ping']} pings, {counts.get('pong.timeout', 0)} cut, {counts['pong.matching']} equal "
        f"pongs, {counts.get('pong.other', 0)} others",
    )
    assert asked == 0
    assert counts["listeners.most"] <= MOST_AT_ONCE
    assert figures["connects"] - figures["handovers"] in (1, 2)  # 2: the next one is taking over just now
    assert counts.get("pong.timeout", 0) == counts.get("pong.other", 0) == 0
    assert counts["pong.matching"] > 10
