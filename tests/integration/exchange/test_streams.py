"""The websocket as a client meets it: addresses, wrapping, control messages, agreement with REST."""

from itertools import islice, pairwise
from typing import Any

import pytest
import websocket

from tests.integration.exchange.running import Running, ask, messages, running


def events(client: websocket.WebSocket, count: int) -> list[Any]:
    return list(islice(messages(client), count))


def test_a_combined_connection_wraps_every_event(exchange: Running) -> None:
    client = exchange.connect("/stream?streams=btcusdt@aggTrade/ethusdt@trade")
    found = events(client, 60)
    assert {message["stream"] for message in found} == {"btcusdt@aggTrade", "ethusdt@trade"}
    for message in found:
        kind, symbol = ("aggTrade", "BTCUSDT") if message["stream"][0] == "b" else ("trade", "ETHUSDT")
        assert (message["data"]["e"], message["data"]["s"]) == (kind, symbol)


def test_a_raw_connection_gets_bare_events_with_the_documented_keys(exchange: Running) -> None:
    order = events(exchange.connect("/ws/btcusdt@aggTrade"), 1)[0]
    assert list(order) == ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "M"]
    trade = events(exchange.connect("/ws/btcusdt@trade"), 1)[0]
    assert list(trade) == ["e", "E", "s", "t", "p", "q", "T", "m", "M"]
    quote = events(exchange.connect("/ws/btcusdt@bookTicker"), 1)[0]
    assert list(quote) == ["u", "s", "b", "B", "a", "A"]


def test_ids_are_contiguous_and_ranges_join_on_the_stream(exchange: Running) -> None:
    found = events(exchange.connect("/ws/btcusdt@aggTrade"), 300)
    for one, other in pairwise(found):
        assert other["a"] == one["a"] + 1
        assert other["f"] == one["l"] + 1
        assert other["T"] >= one["T"]


def test_stream_and_rest_give_the_same_orders_and_trades(exchange: Running) -> None:
    client = exchange.connect("/stream?streams=solusdt@aggTrade/solusdt@trade")
    found = events(client, 200)
    orders = [m["data"] for m in found if m["stream"].endswith("aggTrade")]
    trades = [m["data"] for m in found if m["stream"].endswith("@trade")]
    rest = exchange.json("/api/v3/aggTrades", symbol="SOLUSDT", fromId=orders[0]["a"], limit=len(orders))
    assert rest == [{key: order[key] for key in "apqflTmM"} for order in orders]
    rest = exchange.json(
        "/api/v3/historicalTrades", symbol="SOLUSDT", fromId=trades[0]["t"], limit=len(trades)
    )
    assert [(row["id"], row["price"], row["qty"], row["time"], row["isBuyerMaker"]) for row in rest] == [
        (trade["t"], trade["p"], trade["q"], trade["T"], trade["m"]) for trade in trades
    ]


def test_a_closed_kline_equals_the_fold_of_the_streamed_trades(exchange: Running) -> None:
    client = exchange.connect("/stream?streams=btcusdt@kline_1s/btcusdt@aggTrade")
    orders, closed = [], []
    for message in messages(client):
        data = message["data"]
        if data["e"] == "aggTrade":
            orders.append(data)
        elif data["k"]["x"] and orders and orders[0]["T"] < data["k"]["t"]:
            closed.append(data["k"])
        if len(closed) == 2:
            break
    for kline in closed:
        own = [order for order in orders if kline["t"] <= order["T"] <= kline["T"]]
        assert (kline["f"], kline["L"]) == (own[0]["f"], own[-1]["l"])
        assert (kline["o"], kline["c"]) == (own[0]["p"], own[-1]["p"])
        assert kline["n"] == own[-1]["l"] - own[0]["f"] + 1
        assert kline["h"] == max((order["p"] for order in own), key=float)
        rest = exchange.json(
            "/api/v3/klines", symbol="BTCUSDT", interval="1s", startTime=kline["t"], limit=1
        )[0]
        assert rest == [
            *(kline[key] for key in ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q")),
            "0",
        ]


@pytest.mark.parametrize("interval", ["1m", "3m", "5m", "15m", "30m", "1h"])
def test_every_interval_has_a_kline_stream(exchange: Running, interval: str) -> None:
    event = events(exchange.connect(f"/ws/btcusdt@kline_{interval}"), 1)[0]
    assert event["k"]["i"] == interval
    assert event["k"]["t"] <= event["E"] <= event["k"]["T"] + 2000


def test_streams_are_taken_and_left_while_connected(exchange: Running) -> None:
    client = exchange.connect("/stream")
    assert ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}
    assert ask(client, "SUBSCRIBE", "btcusdt@trade", "ethusdt@trade", number="a2") == {
        "result": None,
        "id": "a2",
    }
    assert {message["stream"] for message in events(client, 50)} == {"btcusdt@trade", "ethusdt@trade"}
    assert ask(client, "UNSUBSCRIBE", "btcusdt@trade", number=3) == {"result": None, "id": 3}
    assert {message["stream"] for message in events(client, 50)} == {"ethusdt@trade"}
    assert ask(client, "LIST_SUBSCRIPTIONS", number=4)["result"] == ["ethusdt@trade"]


def test_wrapping_can_be_switched(exchange: Running) -> None:
    client = exchange.connect("/ws/btcusdt@trade")
    assert "stream" not in events(client, 1)[0]
    assert ask(client, "SET_PROPERTY", "combined", True) == {"result": None, "id": 1}
    assert events(client, 1)[0]["stream"] == "btcusdt@trade"
    assert ask(client, "GET_PROPERTY", "combined", number=2) == {"result": True, "id": 2}


def test_an_unknown_symbol_is_acknowledged_and_silent(exchange: Running) -> None:
    client = exchange.connect("/ws")
    assert ask(client, "SUBSCRIBE", "nosuchusdt@trade", "BTCUSDT@trade") == {"result": None, "id": 1}
    client.settimeout(1.5)
    with pytest.raises(websocket.WebSocketTimeoutException):
        client.recv()
    assert ask(client, "SUBSCRIBE", "btcusdt@trade", number=2) == {"result": None, "id": 2}
    assert events(client, 1)[0]["s"] == "BTCUSDT"


def test_times_come_in_microseconds_when_asked_for(exchange: Running) -> None:
    found = events(exchange.connect("/stream?streams=btcusdt@trade&timeUnit=microsecond"), 20)
    assert all(10**15 < message["data"]["T"] < 10**16 for message in found)
    assert all(10**15 < message["data"]["E"] < 10**16 for message in found)
    assert any(message["data"]["T"] % 1000 for message in found)


def test_a_late_listener_gets_what_happens_from_then_on(exchange: Running) -> None:
    early = exchange.connect("/ws/btcusdt@trade")
    first = events(early, 50)[-1]
    late = events(exchange.connect("/ws/btcusdt@trade"), 1)[0]
    assert late["t"] > first["t"]


def test_futures_deliver_orders_on_the_market_route_only() -> None:
    with running("--synthetic", "--market", "usdm", "--rate", "400") as futures:
        order = events(futures.connect("/market/stream?streams=btcusdt@aggTrade"), 1)[0]["data"]
        assert list(order) == ["e", "E", "s", "a", "p", "q", "f", "l", "T", "m"]
        rest = futures.json("/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=order["a"], limit=1)
        assert rest == [{key: order[key] for key in "apqflTm"}]
        unrouted = futures.connect("/stream")
        assert ask(unrouted, "SUBSCRIBE", "btcusdt@aggTrade") == {"result": None, "id": 1}
        unrouted.settimeout(1.0)
        with pytest.raises(websocket.WebSocketTimeoutException):
            unrouted.recv()
        quote = events(futures.connect("/public/ws/btcusdt@bookTicker"), 1)[0]
        assert list(quote)[:3] == ["e", "E", "T"]
