"""One stream of several is acknowledged and stays silent."""

import time

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for
from workers.local.exchange.market.universe import THIN_SYMBOL, listings

DETECTED_SECONDS = 40.0
HASTY_DETECTED_SECONDS = DETECTED_SECONDS * HASTE["workers.stream.watchdog:STREAM_SILENCE_SECONDS"] / 30 + 5
SILENT = "ETHUSDT"
SYMBOLS = 20
PRODUCT = {"workers.tasks.history:HISTORY_SPAN": 3_600.0}  # every waiting time as it is


def test_it_is_found_and_only_its_connection_is_built_again(world: Streaming, measured: Measured) -> None:
    others_lose_nothing(world, HASTY_DETECTED_SECONDS, "a limit of 4 s for 30", measured)


@pytest.mark.soak
def test_one_of_twenty_with_the_waiting_times_of_the_product(worlds: Worlds, measured: Measured) -> None:
    names = [listing.name for listing in listings(SYMBOLS + 1) if listing.name != THIN_SYMBOL]
    options = ("--symbols", str(SYMBOLS + 1))
    with worlds.another(constants=PRODUCT, symbols=names, options=options) as world:
        others_lose_nothing(world, DETECTED_SECONDS, "as in the product", measured)


class Mute(Streaming):
    """A world whose first connection brings nothing of its only symbol, from the very start."""

    def start_workers(self) -> None:
        """The exchange acknowledges what is subscribed to, and is silent."""
        self.control.on("mute", streams=f"{self.symbols[0].lower()}@aggTrade", connections="1")
        super().start_workers()


def test_the_only_stream_of_a_new_database_is_found_too(worlds: Worlds, measured: Measured) -> None:
    with worlds.another(kind=Mute, symbols=(SILENT,)) as world:  # entered when trades come
        first, second = world.handshakes(0.0)
        world.assert_clean(within=60)
        assert f"{SILENT} trades, but its stream is silent" in world.words("stream")
    measured(
        "R14",
        injected="the only stream of a new database acknowledged and silent from the start",
        demanded=f"noticed <= {HASTY_DETECTED_SECONDS:.1f} s (a limit of 4 s for 30), one new connection",
        found=f"noticed after {second - first:.1f} s",
    )
    assert second - first <= HASTY_DETECTED_SECONDS


def others_lose_nothing(world: Streaming, limit: float, waits: str, measured: Measured) -> None:
    """Silence one stream: a single new connection takes over in time, and no other stream has a hole."""
    since, rows = time.time(), set(world.store["gaps"].distinct("_id"))
    world.control.on("mute", streams=f"{SILENT.lower()}@aggTrade", connections="open")
    took = wait_for(lambda: bool(world.handshakes(since)), limit + 5, "a new connection")
    world.assert_clean(within=60)
    new = list(world.store["gaps"].find({"_id": {"$nin": list(rows)}}))
    others = [row for row in new if row["symbol"] != SILENT]
    measured(
        "R14",
        injected=f"one of {len(world.symbols)} streams acknowledged and silent",
        demanded=f"noticed <= {limit:.1f} s ({waits}), one new connection, the others lose 0",
        found=f"noticed after {took:.1f} s, {len(others)} holes of others",
    )
    assert took <= limit
    assert f"{SILENT} trades, but its stream is silent" in world.words("stream")
    assert len(world.handshakes(since)) == 1
    assert others == []
    assert {row["symbol"] for row in new} == {SILENT}  # what it did not bring was fetched
