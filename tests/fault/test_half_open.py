"""A link that is half open: nothing comes, nobody says so."""

import time
from collections.abc import Iterator

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

DETECTED_SECONDS = 30.0
HASTY_DETECTED_SECONDS = DETECTED_SECONDS / 5 + 2.5  # pings are as quick; closing and backing off are not
NEVER = 1e6
BLIND = HASTE | {
    "workers.stream.link:PING_SECONDS": NEVER,
    "workers.stream.link:PONG_TIMEOUT_SECONDS": NEVER / 2,
    "workers.stream.watchdog:CONNECTION_SILENCE_SECONDS": NEVER,
    "workers.stream.watchdog:STREAM_SILENCE_SECONDS": NEVER,
}
PRODUCT: dict[str, float] = {}  # nothing is changed


def seconds_until_noticed(world: Streaming, limit: float) -> float:
    """How long a black hole between the two stays unnoticed; the link is whole again afterwards."""
    before = world.proxy.accepted
    world.proxy.black_hole = True
    took = wait_for(lambda: world.proxy.accepted > before, limit, "a new connection")
    world.proxy.black_hole = False
    return took


def test_it_is_noticed_and_nothing_is_lost(world: Streaming, measured: Measured) -> None:
    took = seconds_until_noticed(world, HASTY_DETECTED_SECONDS + 4)
    measured(
        "R10",
        injected="line black both ways",
        demanded=f"noticed <= {HASTY_DETECTED_SECONDS:.1f} s, pings five times as often",
        found=f"noticed after {took:.1f} s",
    )
    assert took <= HASTY_DETECTED_SECONDS
    wait_for(lambda: world.figures()["connected"] == 1, 20, "the new connection")
    world.assert_clean(within=30)


@pytest.fixture
def blind(worlds: Worlds) -> Iterator[Streaming]:
    """A stream alone, without pings and watchdog."""
    with worlds.another(constants=BLIND, workers=("stream",)) as world:
        yield world


def test_without_pings_and_watchdog_it_stays_unnoticed(blind: Streaming, measured: Measured) -> None:
    before = blind.proxy.accepted
    blind.proxy.black_hole = True
    time.sleep(HASTY_DETECTED_SECONDS + 2)  # that nothing happens needs a time in which it could
    assert blind.proxy.accepted == before
    missing = blind.audited(blind.newest()).missing
    measured(
        "R10",
        injected="the same without pings and watchdog",
        demanded="not noticed, trades missing",
        found=f"not noticed, {len(missing)} missing",
    )
    assert missing


@pytest.mark.soak
def test_it_is_noticed_in_time_with_the_waiting_times_of_the_product(
    worlds: Worlds, measured: Measured
) -> None:
    with worlds.another(constants=PRODUCT) as world:
        took = seconds_until_noticed(world, DETECTED_SECONDS + 15)
        measured(
            "R10",
            injected="line black both ways",
            demanded=f"noticed <= {DETECTED_SECONDS:.0f} s",
            found=f"noticed after {took:.1f} s",
        )
        assert took <= DETECTED_SECONDS
        world.assert_clean(within=120)
