"""Quotes beside trades: kept second by second, and never in the way of a trade, whatever happens to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.fault.conftest import Worlds
from tests.fault.streaming import Streaming
from tests.product import wait_for

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
RATE = 200.0  # trades a second, each with a quote


class Quoting(Streaming):
    """The product with the best bid and ask kept, as it is by default."""

    def __init__(self, folder: Path, mongo: str, redis: str, client: MongoClient[dict[str, Any]]) -> None:
        super().__init__(folder, mongo, redis, client, rate=RATE, symbols=SYMBOLS)
        self._environ |= {"BOOK_TICKER": "on"}

    def quotes(self) -> int:
        """Seconds with a quote."""
        return self.store["book"].count_documents({})


@pytest.fixture(scope="module")
def quoting(
    worlds: Worlds,
    tmp_path_factory: pytest.TempPathFactory,
    mongo_url: str,
    redis_url: str,
    mongo_client: MongoClient[dict[str, Any]],
) -> Iterator[Quoting]:
    """Capture of trades and quotes."""
    worlds.end()
    world = Quoting(tmp_path_factory.mktemp("quoting"), mongo_url, redis_url, mongo_client)
    with world:
        yield world


def test_both_are_kept_and_quotes_open_no_gap(quoting: Quoting) -> None:
    wait_for(lambda: quoting.quotes() >= 5 * len(SYMBOLS), 90, "seconds of quotes")
    figures = quoting.figures()
    assert (figures["book_symbols"], figures["book_connected"]) == (len(SYMBOLS), 1)
    assert figures["book_crossed"] == figures["book_zero"] == figures["book_malformed"] == 0
    quoting.assert_clean(within=60)
    assert quoting.store["gaps"].count_documents({}) == 0
    rows = list(quoting.store["book"].find())
    assert all(row["bid"] < row["ask"] and row["updates"] >= 1 for row in rows)
    assert all(row["spread"] == pytest.approx(row["ask"] - row["bid"], abs=1e-9) for row in rows)


def test_a_quote_that_is_lost_or_garbled_harms_no_trade(quoting: Quoting) -> None:
    """Faults strike the frames of both connections; those of trades are repaired."""
    quoting.control.on("drop", share=0.05, times=20)
    wait_for(lambda: quoting.control.count("drop") >= 20, 40, "drops")
    quoting.control.off()
    before = quoting.quotes()
    quoting.control.cut()
    wait_for(lambda: quoting.quotes() >= before + 3 * len(SYMBOLS), 90, "quotes after the cut")
    quoting.assert_clean(within=120)
