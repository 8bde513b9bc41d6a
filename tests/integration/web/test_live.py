"""Socket.IO in this process: what a client is answered."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_socketio import SocketIOTestClient

from app.listeners import BURST, MAX_TOPICS
from tests.integration.web.market_seed import seed_market, seed_symbols
from workers.coordination.interest import load_interest
from workers.store.database import collection

ENVELOPE = {"topic", "epoch", "seq", "sent_at", "data"}


@pytest.fixture
def reader(app: Flask) -> Iterator[SocketIOTestClient]:
    seed_symbols()
    client = app.extensions["socketio"].test_client(app)
    yield client
    if client.is_connected():
        client.disconnect()


def _watch(reader: SocketIOTestClient, topic: object) -> dict[str, Any]:
    return reader.emit("watch", {"topic": topic}, callback=True)


@pytest.mark.parametrize(
    ("topic", "keys"),
    [
        ("symbol:BTCUSDT", {"symbol", "price", "id", "traded_at", "change_24h"}),
        ("bars:BTCUSDT:1m", {"symbol", "timeframe", "forming", "closed"}),
        ("indicators:BTCUSDT:1m", {"symbol", "timeframe", "snapshot"}),
        ("system", {"processes", "queues", "market_clock", "feed", "source", "disk", "clock", "delays"}),
        ("quality", {"symbols", "gaps", "counters", "quarantine", "clock", "market_clock"}),
    ],
)
def test_watching_is_answered_by_the_state(reader: SocketIOTestClient, topic: str, keys: set[str]) -> None:
    answer = _watch(reader, topic)
    assert set(answer) == ENVELOPE
    assert answer["topic"] == topic
    assert keys <= set(answer["data"])


def test_publishers_learn_at_once_what_is_watched(reader: SocketIOTestClient) -> None:
    _watch(reader, "bars:ETHUSDT:5m")
    assert "bars:ETHUSDT:5m" in load_interest()


def test_the_forming_bar_is_apart_from_the_closed_ones(reader: SocketIOTestClient) -> None:
    seed_market({"5m": 20})
    data = _watch(reader, "bars:BTCUSDT:5m")["data"]
    assert data["forming"]["is_final"] is False
    assert [bar["is_final"] for bar in data["closed"]] == [True, True, True]
    assert data["closed"][-1]["ts"] < data["forming"]["ts"]


@pytest.mark.parametrize(
    "topic",
    [
        "symbol:NOSUCH",
        "bars:BTCUSDT:7m",
        "bars:BTCUSDT",
        "",
        None,
        5,
        ["system"],
        {"$gt": ""},
        "x" * 9_000,
    ],
)
def test_an_unknown_topic_is_an_error_and_no_room(reader: SocketIOTestClient, topic: object) -> None:
    assert _watch(reader, topic)["error"]["code"] == "unknown_topic"


@pytest.mark.parametrize("message", [None, "system", [], 7, {}, {"topics": 1}])
def test_a_malformed_event_is_an_error(reader: SocketIOTestClient, message: object) -> None:
    assert reader.emit("watch", message, callback=True)["error"]["code"] == "unknown_topic"
    reader.emit("unwatch", message, callback=True)
    assert reader.is_connected()


def test_a_client_watches_so_many_topics_and_no_more(reader: SocketIOTestClient) -> None:
    symbols = [f"S{number}USDT" for number in range(MAX_TOPICS + 1)]
    # As if so many were captured.
    collection("watchlist").insert_many([{"_id": name, "position": 9} for name in symbols])
    time.sleep(2.1)  # symbols are read again every two seconds
    answers = [_watch(reader, f"symbol:{name}") for name in symbols]
    assert all("data" in answer for answer in answers[:-1])
    assert answers[-1]["error"]["code"] == "too_many_topics"


def test_a_flood_of_events_is_answered_with_a_limit(reader: SocketIOTestClient) -> None:
    answers = [reader.emit("clock", {}, callback=True) for _ in range(int(BURST) * 2)]
    assert answers[0]["server_time_ms"] == pytest.approx(time.time() * 1000, abs=5_000)
    assert answers[-1]["error"]["code"] == "too_many_requests"


def test_an_event_nobody_knows_changes_nothing(reader: SocketIOTestClient) -> None:
    reader.emit("subscribe", {"topic": "system"})
    assert reader.is_connected()


def test_what_a_browser_drew_is_noted_and_nothing_else(reader: SocketIOTestClient) -> None:
    assert reader.emit("drawn", {"delays_ms": [41.5, 60]}, callback=True) == {"noted": True}
    for message in ({"delays_ms": "60"}, {"delays_ms": [1e12]}, {}, None, [60]):
        assert reader.emit("drawn", message, callback=True) == {"noted": False}
