"""USD-M futures: aggregates of 100 ms, ids that are no trades, repair by REST, bars equal to the exchange's.

Our bars and the exchange's klines are the same aggregates folded twice here. On
Binance itself two things may differ, and nothing else: the number of trades,
where a trade of the insurance fund or of auto-deleveraging lies between an
aggregate's `f` and `l`, and the minute an aggregate belongs to, when its fills
began before a full minute and ended after it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.fault.auditor import Audit
from tests.fault.conftest import Worlds
from tests.fault.streaming import Streaming
from tests.product import wait_for

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
SPEED = 10  # the exchange's minutes take six seconds
OPTIONS = ("--market", "usdm", "--speed", str(SPEED), "--placeholders", "0.02")
HOLES = 6


class Futures(Streaming):
    """The product on a simulated USD-M exchange."""

    has_second_klines = False

    def __init__(self, folder: Path, mongo: str, redis: str, client: MongoClient[dict[str, Any]]) -> None:
        super().__init__(folder, mongo, redis, client, rate=25.0, symbols=SYMBOLS, options=OPTIONS)
        self.database = f"gemscap_simulated_usdm_aggtrade_{self.seed}"
        self._environ |= {"MARKET": "usdm"}

    def placeholders(self, symbol: str) -> set[int]:
        """The ids that the exchange gave to messages that are no trades."""
        first = min(row["last_id"] for row in self.store["cursors"].find({"_id": symbol})) - 100_000
        found = self.control.ask("GET", f"/ledger?symbol={symbol}&from={first}&kind=placeholder")
        return {row[0] for row in found["rows"]}

    def audited(self, last_ids: Mapping[str, int]) -> Audit:
        """An id that came as a placeholder needs no proof that it was never a trade."""
        found = super().audited(last_ids)
        known = {f"{symbol} {id}" for symbol in last_ids for id in self.placeholders(symbol)}
        found.unproved = [each for each in found.unproved if each not in known]
        return found

    def gaps(self) -> list[dict[str, Any]]:
        """Every row of the ledger of holes."""
        return list(self.store["gaps"].find())


@pytest.fixture(scope="module")
def futures(
    worlds: Worlds,
    tmp_path_factory: pytest.TempPathFactory,
    mongo_url: str,
    redis_url: str,
    mongo_client: MongoClient[dict[str, Any]],
) -> Iterator[Futures]:
    """Capture on a USD-M exchange."""
    worlds.end()
    world = Futures(tmp_path_factory.mktemp("futures"), mongo_url, redis_url, mongo_client)
    with world:
        yield world


def test_every_trade_is_stored_once_and_placeholders_are_counted_only(futures: Futures) -> None:
    wait_for(lambda: futures.figures().get("placeholders", 0) >= 20, 60, "placeholders")
    assert [row for row in futures.gaps() if row["state"] != "filled"] == []
    audit = futures.assert_clean(within=60)
    assert audit.ticks > 500
    assert audit.bars_compared > 20
    for symbol in SYMBOLS:
        of_these = [row for row in futures.gaps() if row["symbol"] == symbol]
        ids = futures.placeholders(symbol)
        assert not [row for row in of_these if set(range(row["first_id"], row["last_id"] + 1)) <= ids]


def test_a_hole_is_filled_by_rest_and_a_lost_placeholder_proved_absent(futures: Futures) -> None:
    before = len(futures.gaps())
    futures.control.on("drop", share=0.05, times=HOLES)
    wait_for(lambda: len(futures.gaps()) > before, 30, "a hole")
    wait_for(lambda: futures.control.count("drop") >= HOLES, 30, "every drop")
    futures.control.off()
    futures.assert_clean(within=90)
    states = {row["state"] for row in futures.gaps()}
    assert states <= {"filled", "verified_absent"}
    asked = [target for _, target, _ in futures.control.requests() if "fromId=" in target]
    assert asked
    assert all(target.startswith("/fapi/v1/aggTrades?") for target in asked)


def test_our_bars_are_the_exchanges(futures: Futures) -> None:
    """The comparison that runs in the product itself, over minutes made of captured trades."""

    def compared() -> list[dict[str, Any]]:
        rows = futures.store["quality"].find({"bar_check": {"$exists": True}})
        return [row["bar_check"] for row in rows if row["bar_check"]["compared"] >= 2]

    wait_for(lambda: len(compared()) == len(SYMBOLS), 60, "minutes compared with the exchange's klines")
    assert [(row["differing"], row["worst"]) for row in compared()] == [(0, None)] * len(SYMBOLS)
