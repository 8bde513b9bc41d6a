"""The watch-list is followed while the stream runs, without a new connection."""

import dataclasses
import time

from tests.integration.exchange.running import running
from tests.integration.stream.test_overlap import MARKET, capturing, figure
from tests.product import wait_for
from workers.settings import Settings
from workers.store.database import collection
from workers.store.gaps import load_unresolved_gaps
from workers.store.pairs import load_pairs
from workers.store.ticks import load_last_tick, symbol_number
from workers.store.watchlist import fill_watchlist


def count(symbol: str) -> int:
    number = symbol_number(symbol)
    return collection("ticks").count_documents({"_id": {"$gte": number << 44, "$lt": (number + 1) << 44}})


def watch(symbol: str) -> None:
    collection("watchlist").insert_one({"_id": symbol, "position": 99})


def more_of(symbol: str, trades: int) -> None:
    enough = count(symbol) + trades
    wait_for(lambda: count(symbol) >= enough, 40, f"trades of {symbol}")


def test_symbols_come_and_go(settings: Settings) -> None:
    with running(*MARKET) as exchange, capturing(exchange, settings) as capture:
        wait_for(lambda: figure(capture, "ticks_stored") > 100, 40, "the first trades")
        collection("watchlist").delete_one({"_id": "SOLUSDT"})
        wait_for(lambda: "SOLUSDT" not in capture.symbols, 10, "the symbol to go")
        more_of("BTCUSDT", 200)  # what was under way has come
        stored = count("SOLUSDT")
        more_of("BTCUSDT", 200)
        assert count("SOLUSDT") == stored
        watch("SOLUSDT")
        wait_for(lambda: count("SOLUSDT") > stored + 20, 30, "the symbol to come back")
        assert [gap.symbol for gap in load_unresolved_gaps()] == ["SOLUSDT"]
        assert figure(capture, "connects") == 1


def test_a_symbol_the_exchange_does_not_offer_is_not_subscribed_to(settings: Settings) -> None:
    fill_watchlist(["BTCUSDT"])
    with running(*MARKET) as exchange, capturing(exchange, settings) as capture:
        wait_for(lambda: figure(capture, "ticks_stored") > 20, 40, "the first trades")
        watch("NOSUCHUSDT")
        watch("../../etc/passwd")
        collection("watchlist").insert_one({"_id": "ethusdt@trade/solusdt@trade", "position": 99})
        wait_for(lambda: load_last_tick("BTCUSDT") is not None, 10, "a trade")
        time.sleep(2.5)  # the list is looked at each second
        assert capture.symbols == ["BTCUSDT"]


def test_pairs_of_the_settings_are_watched_and_their_symbols_captured(settings: Settings) -> None:
    pairs = (("ETHUSDT", "BTCUSDT"), ("NOSUCH", "BTCUSDT"))
    wanted = dataclasses.replace(settings, symbols=("SOLUSDT",), pairs=pairs)
    with running(*MARKET) as exchange, capturing(exchange, wanted) as capture:
        wait_for(lambda: figure(capture, "ticks_stored") > 20, 40, "the first trades")
        assert load_pairs() == [("ETHUSDT", "BTCUSDT")]
        assert capture.symbols == ["SOLUSDT", "ETHUSDT", "BTCUSDT"]
