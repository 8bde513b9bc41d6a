"""Best bid and ask from the simulated exchange to the store and to who watches them."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from tests.integration.exchange.running import Running, running
from tests.product import wait_for
from workers.coordination.interest import renew_interest
from workers.messages.rooms import book_topic
from workers.settings import Settings, use_settings
from workers.store.book import ensure_indexes, load_book, load_top_of_book
from workers.stream import book_feed
from workers.stream.book_feed import BookFeed

MARKET = ("--synthetic", "--seed", "77", "--rate", "300", "--control-port", "0")


class Trades:
    """What the feed is told of the capture beside it."""

    def __init__(self) -> None:
        self.symbols = ["BTCUSDT", "ETHUSDT"]
        self.wait = False


@contextmanager
def keeping(exchange: Running, settings: Settings, market: str, trades: Trades) -> Iterator[BookFeed]:
    """A feed on that exchange, stopped at the end."""
    addresses = {"binance_ws_url": exchange.ws_url, "binance_rest_url": exchange.url, "market": market}
    with use_settings(dataclasses.replace(settings, **addresses)):  # type: ignore[arg-type]  # by name
        ensure_indexes()
        feed = BookFeed(lambda: trades.symbols, lambda: trades.wait)
        feed.start()
        try:
            yield feed
        finally:
            feed.stop(timeout_seconds=6)


def stored(symbol: str) -> int:
    return len(load_book(symbol))


@pytest.mark.parametrize("market", ["spot", "usdm"])
def test_every_second_has_its_last_quote(settings: Settings, market: str) -> None:
    trades = Trades()
    with (
        running(*MARKET, "--market", market) as exchange,
        keeping(exchange, settings, market, trades) as feed,
    ):
        wait_for(lambda: min(stored("BTCUSDT"), stored("ETHUSDT")) >= 4, 30, "four seconds of quotes")
        renew_interest([book_topic("BTCUSDT")])
        wait_for(lambda: feed.sent >= 3, 20, "quotes sent to who watches")
        figures = feed.figures()
        assert (figures["book_symbols"], figures["book_connected"]) == (2, 1)
        assert figures["book_zero"] == figures["book_crossed"] == figures["book_malformed"] == 0
        rows = load_book("BTCUSDT")
    assert all(one.second < other.second for one, other in pairwise(rows))
    assert all(row.top.spread > 0 and row.updates >= 1 for row in rows)
    if market == "usdm":
        assert all(row.top.quoted_at <= row.top.received_at for row in rows)
    else:
        assert all(row.top.quoted_at == row.top.received_at for row in rows)


def test_symbols_come_and_go_and_trades_come_first(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_feed, "PAUSE_SECONDS", 1.0)
    trades = Trades()
    trades.symbols = ["BTCUSDT"]
    with running(*MARKET) as exchange, keeping(exchange, settings, "spot", trades) as feed:
        wait_for(lambda: stored("BTCUSDT") >= 1, 30, "quotes")
        trades.symbols = ["BTCUSDT", "SOLUSDT"]
        wait_for(lambda: stored("SOLUSDT") >= 1, 20, "quotes of the added symbol")
        trades.wait = True
        wait_for(lambda: feed.figures()["book_symbols"] == 0, 10, "quotes to be given up")
        wait_for(lambda: feed.figures()["book_updates_per_second"] == 0.0, 30, "silence")
        newest = load_top_of_book("BTCUSDT")
        trades.wait = False
        wait_for(lambda: load_top_of_book("BTCUSDT") != newest, 20, "quotes again")
        assert feed.figures()["book_symbols"] == 2


def test_after_a_cut_the_quotes_go_on(settings: Settings) -> None:
    trades = Trades()
    with running(*MARKET) as exchange, keeping(exchange, settings, "spot", trades):
        wait_for(lambda: stored("BTCUSDT") >= 1, 30, "quotes")
        assert exchange.control.reset() == 1
        before = stored("BTCUSDT")
        wait_for(lambda: stored("BTCUSDT") >= before + 2, 40, "quotes after the cut")


def test_a_symbol_left_out_for_want_of_room_is_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(book_feed.BOOKS_PER_CONNECTION, "spot", 1)
    trades = Trades()
    with running(*MARKET) as exchange, keeping(exchange, settings, "spot", trades) as feed:
        wait_for(lambda: stored("BTCUSDT") >= 1, 30, "quotes")
        assert (feed.figures()["book_symbols"], feed.figures()["book_left_out"]) == (1, 1)
        assert stored("ETHUSDT") == 0
