"""What a connection is told: at first, and when the watch-list changes."""

import json
import logging
from collections.abc import Sequence

import pytest

from workers.stream import subscriptions as subscriptions_module
from workers.stream.subscriptions import Subscriptions
from workers.stream.watchdog import Watchdog

BTC, ETH, SOL = "BTCUSDT", "ETHUSDT", "SOLUSDT"


class Exchange:
    """Notes in which order it is told what, and what else happens."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[str]]] = []
        self.ids: list[int] = []

    def say(self, message: str) -> None:
        asked = json.loads(message)
        self.told.append((asked["method"], asked["params"]))
        self.ids.append(asked["id"])

    def take_on(self, symbols: Sequence[str]) -> None:
        self.told.append(("made ready", list(symbols)))


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions(Watchdog())


def follow(subscriptions: Subscriptions, watched: list[str], exchange: Exchange) -> None:
    subscriptions.follow(watched, take_on=exchange.take_on, say=exchange.say)


def test_a_new_connection_is_told_all_streams_and_none_if_there_are_none(
    subscriptions: Subscriptions, exchange: Exchange
) -> None:
    assert subscriptions.greetings() == []
    subscriptions.expect([BTC, ETH])
    (greeting,) = subscriptions.greetings()
    exchange.say(greeting)
    assert exchange.told == [("SUBSCRIBE", ["btcusdt@aggTrade", "ethusdt@aggTrade"])]


def test_what_is_added_is_made_ready_before_the_exchange_is_told(
    subscriptions: Subscriptions, exchange: Exchange
) -> None:
    subscriptions.expect([BTC, ETH])
    follow(subscriptions, [ETH, SOL], exchange)
    assert exchange.told == [
        ("made ready", [SOL]),
        ("SUBSCRIBE", ["solusdt@aggTrade"]),
        ("UNSUBSCRIBE", ["btcusdt@aggTrade"]),
    ]
    assert subscriptions.symbols == [ETH, SOL]
    assert len(set(exchange.ids)) == 2


def test_a_list_that_did_not_change_is_not_told(subscriptions: Subscriptions, exchange: Exchange) -> None:
    subscriptions.expect([BTC])
    follow(subscriptions, [BTC], exchange)
    assert exchange.told == []


def test_what_one_connection_does_not_hold_is_left_out_and_said(
    subscriptions: Subscriptions,
    exchange: Exchange,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(subscriptions_module, "STREAMS_PER_CONNECTION", 2)
    with caplog.at_level(logging.ERROR):
        subscriptions.expect([BTC, ETH, SOL])
    assert subscriptions.symbols == [BTC, ETH]
    assert SOL in caplog.text
    follow(subscriptions, [BTC, ETH, SOL], exchange)
    assert exchange.told == []


def test_streams_are_told_apart_by_symbol(subscriptions: Subscriptions) -> None:
    subscriptions.expect([BTC, ETH])
    assert subscriptions.live_in({b"ethusdt@aggTrade", b"!serverShutdown", b""}) == [ETH]
