"""Two hundred symbols subscribed to at start stay within what the exchange allows."""

from collections.abc import Iterator

import pytest
import websocket

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import Streaming
from tests.integration.exchange.running import is_closed_within
from tests.product import wait_for
from workers.local.exchange.market.universe import THIN_SYMBOL, listings

SYMBOLS = 200
FRAMES_A_SECOND = 5
STREAMS = 1_024


@pytest.fixture
def broad(worlds: Worlds) -> Iterator[Streaming]:
    """The stream alone, of so many symbols."""
    names = [listing.name for listing in listings(SYMBOLS + 1) if listing.name != THIN_SYMBOL]
    options = ("--symbols", str(SYMBOLS + 1), "--ping-seconds", "1")
    with worlds.another(symbols=names, options=options, workers=("stream",), rate=400.0) as world:
        yield world


@pytest.mark.soak
def test_the_limits_of_a_connection_are_kept(broad: Streaming, measured: Measured) -> None:
    newest = broad.newest()
    assert len(newest) == SYMBOLS
    wait_for(lambda: broad.is_stored(newest), 60, "everything up to now in the store")
    found = broad.audited(newest)
    counts = broad.control.counts()
    most, cut = counts["incoming.most_per_second"], counts.get("incoming.too_many", 0)
    assert [found.missing, found.extra, found.duplicates, found.differing] == [[]] * 4, found
    assert most <= FRAMES_A_SECOND
    assert cut == 0
    refusals(broad)
    measured(
        "R16",
        injected=f"{SYMBOLS} symbols at start; controls: 6 frames in a second, stream {STREAMS + 1}",
        demanded=f"<= {FRAMES_A_SECOND} frames in any second, never cut; the controls are refused",
        found=f"at most {most} in a second, cut {cut} times, {found.ticks} trades whole; both refused",
    )


def refusals(world: Streaming) -> None:
    """What the exchange does to a client that keeps no limits."""
    hasty = websocket.create_connection(f"ws://127.0.0.1:{world.port}/ws", timeout=10)
    for _ in range(FRAMES_A_SECOND + 1):
        hasty.ping("x")
    assert is_closed_within(hasty, 10)
    assert world.control.count("incoming.too_many") == 1
    many = "/".join(f"s{number}usdt@trade" for number in range(STREAMS + 1))
    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(f"ws://127.0.0.1:{world.port}/stream?streams={many}", timeout=10)
