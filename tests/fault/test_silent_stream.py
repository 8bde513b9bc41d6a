"""One stream of several is acknowledged and stays silent."""

import time

from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, Streaming
from tests.product import wait_for

DETECTED_SECONDS = 40.0
HASTY_DETECTED_SECONDS = DETECTED_SECONDS * HASTE["workers.stream.watchdog:STREAM_SILENCE_SECONDS"] / 30 + 5


def test_it_is_found_and_only_its_connection_is_built_again(world: Streaming, measured: Measured) -> None:
    since, rows = time.time(), set(world.store["gaps"].distinct("_id"))
    world.control.on("mute", streams="ethusdt@aggTrade", connections="open")
    took = wait_for(lambda: bool(world.handshakes(since)), HASTY_DETECTED_SECONDS + 5, "a new connection")
    measured(
        "R14",
        injected="one of six streams acknowledged and silent",
        demanded=f"noticed <= {HASTY_DETECTED_SECONDS:.1f} s (a limit of 4 s for 30), one new connection",
        found=f"noticed after {took:.1f} s",
    )
    assert took <= HASTY_DETECTED_SECONDS
    assert "ETHUSDT trades, but its stream is silent" in world.words("stream")
    world.assert_clean(within=30)
    assert len(world.handshakes(since)) == 1
    new = world.store["gaps"].find({"_id": {"$nin": list(rows)}})
    print("holes", {row["symbol"]: row["last_id"] - row["first_id"] + 1 for row in new})
