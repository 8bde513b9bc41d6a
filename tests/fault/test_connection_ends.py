"""The exchange ends each connection after a while, and pings with payloads that must come back.

A connection that is replaced in time overlaps with its successor: nothing has to be repaired.
What the exchange takes for an answer is held in tests/integration/exchange/test_rules.py.
"""

import time
from collections.abc import Iterator

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

MOST_AT_ONCE = 2
KEPT_SECONDS, PING_SECONDS, PONG_SECONDS = 600.0, 20.0, 60.0  # the last two are Binance's
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
    asked, counts, figures = mortal.repairs(since), mortal.control.counts(), mortal.figures()
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


@pytest.mark.soak
def test_one_connection_is_kept_for_ten_minutes(worlds: Worlds, measured: Measured) -> None:
    options = ("--ping-seconds", str(PING_SECONDS), "--pong-seconds", str(PONG_SECONDS))
    with worlds.another(constants={}, options=options) as world:
        connects, before = world.figures()["connects"], world.control.counts()
        time.sleep(KEPT_SECONDS)  # the length is the test
        counts, more = world.control.counts(), world.figures()["connects"] - connects
        world.assert_clean(within=60)
    pings, pongs = (counts[name] - before.get(name, 0) for name in ("ping", "pong.matching"))
    measured(
        "R15",
        injected=f"a ping of another payload every {PING_SECONDS:.0f} s for {KEPT_SECONDS:.0f} s; "
        f"cut {PONG_SECONDS:.0f} s without its pong",
        demanded="one connection all the time, every pong equal",
        found=f"{more:.0f} new connections, {pings} pings, {pongs} equal pongs, "
        f"{counts.get('pong.other', 0)} others",
    )
    assert more == 0
    assert counts.get("pong.timeout", 0) == counts.get("pong.other", 0) == 0
    assert pongs >= pings - 1 >= KEPT_SECONDS / PING_SECONDS - 2  # one may be on its way


@pytest.mark.soak
def test_who_answers_with_another_payload_is_cut(worlds: Worlds, measured: Measured) -> None:
    """Without equal pongs the tests above fail."""
    options = ("--ping-seconds", "0.5", "--pong-seconds", "3")
    bugs = {"bugs": ["answer pings with something else"]}
    with worlds.another(options=options, tampering=bugs, workers=("stream",)) as world:
        took = wait_for(lambda: world.control.count("pong.timeout") > 0, 10, "a connection that is cut")
        others = world.control.count("pong.other")
    measured(
        "R15",
        injected="every ping is answered with another payload (no audit)",
        demanded="cut",
        found=f"cut after {took:.1f} s and {others} such pongs",
    )
    assert others > 0
