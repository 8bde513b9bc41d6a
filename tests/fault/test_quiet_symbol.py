"""A symbol that trades rarely is silent often: REST is asked, and its connection is left alone."""

import time
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.streaming import HASTE, SYMBOLS
from tests.product import wait_for
from workers.local.exchange.market.universe import THIN_SECONDS, THIN_SYMBOL

# Suspected after a silence that is usual for it, so that REST alone keeps its connection up.
IMPATIENT = HASTE | {
    "workers.stream.watchdog:USUAL_FACTOR": 0.1,
    "workers.stream.overseer:SUSPECT_SECONDS": 2.0,
}
TIMES = 5


@pytest.mark.soak
def test_rest_is_asked_and_no_connection_is_built_again(worlds: Worlds, measured: Measured) -> None:
    with worlds.another(symbols=(*SYMBOLS, THIN_SYMBOL), constants=IMPATIENT) as world:
        since, connects = time.time(), world.figures()["connects"]

        def looks() -> int:
            asked = [
                dict(parse_qsl(urlsplit(target).query)) for _, target, _ in world.control.requests(since)
            ]
            return sum(query.get("symbol") == THIN_SYMBOL and query.get("limit") == "1" for query in asked)

        took = wait_for(
            lambda: looks() >= TIMES, 4 * THIN_SECONDS, f"{TIMES} looks at {THIN_SYMBOL} over REST"
        )
        time.sleep(2.0)  # what the last one led to would be seen by then
        world.assert_clean(within=60)
        measured(
            "R14",
            injected=f"{THIN_SYMBOL}, which trades every {THIN_SECONDS:.0f} s, suspected of silence",
            demanded="REST is asked, no new connection",
            found=f"asked {looks()} times in {took:.0f} s, "
            f"{world.figures()['connects'] - connects:.0f} new connections",
        )
        assert not world.handshakes(since)
        assert world.figures()["connects"] == connects
        assert f"{THIN_SYMBOL} trades, but its stream is silent" not in world.words("stream")
