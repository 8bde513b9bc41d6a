"""A replay gives everything the files hold, once, at its own pace, and nothing before its time."""

import csv
import gzip
import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.integration.exchange.running import CAPTURES, messages, running
from tests.unit.workers.local.exchange.captured import FIRST_MS, QUOTE, raw_capture, trade_event

STREAMS = "/stream?streams=btcusdt@trade/ethusdt@trade"
TRADES = 34_419


def real_capture() -> list[Path]:
    files = sorted(CAPTURES.glob("*-ws-*.txt.gz"))
    if not files:
        pytest.skip(f"no captured market data at {CAPTURES}")
    return files


def expected_trades(symbol: str) -> list[tuple[int, int, int, str, str, bool]]:
    with gzip.open(CAPTURES / "expected" / f"{symbol}-spot-trades.csv.gz", "rt") as file:
        return [
            (int(row["t"]), int(row["T"]), int(row["E"]), row["p"], row["q"], row["m"] == "True")
            for row in csv.DictReader(file)
        ]


def replayed(client: websocket.WebSocket, count: int) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {"BTCUSDT": [], "ETHUSDT": []}
    for message in islice(messages(client), count):
        data = message["data"]
        found[data["s"]].append(tuple(data[key] for key in ("t", "T", "E", "p", "q", "m")))
    return found


def test_a_real_capture_is_replayed_whole_and_exactly() -> None:
    with running("--speed", "60", "--replay", *real_capture()) as exchange:
        client = exchange.connect(STREAMS)
        found = replayed(client, TRADES)
        for symbol, rows in found.items():
            assert rows == expected_trades(symbol)
        client.settimeout(1.5)
        with pytest.raises(websocket.WebSocketTimeoutException):
            client.recv()  # after the end nothing comes, and the connection stays
        assert client.connected
        last = found["ETHUSDT"][-1]
        rows = exchange.json("/api/v3/historicalTrades", symbol="ETHUSDT", limit=1)
        assert (rows[0]["id"], rows[0]["price"]) == (last[0], last[3])


def test_quotes_that_follow_from_trades_do_not_begin_a_replay(tmp_path: Path) -> None:
    source, file = real_capture()[0], tmp_path / "BTCUSDT.txt"
    with gzip.open(source, "rt") as lines, file.open("w") as kept:
        kept.writelines(line for line in lines if "@trade" in line)
    with running("--speed", "60", "--replay", file) as exchange:
        quotes = exchange.connect("/stream?streams=btcusdt@bookTicker")
        quotes.settimeout(1.5)
        with pytest.raises(websocket.WebSocketTimeoutException):
            quotes.recv()
        rows = replayed(exchange.connect("/stream?streams=btcusdt@trade"), 200)["BTCUSDT"]
        assert rows == expected_trades("BTCUSDT")[:200]


def test_klines_of_a_real_capture_equal_the_expected_ones() -> None:
    with running("--speed", "3000", "--replay", *real_capture()) as exchange:
        replayed(exchange.connect(STREAMS), TRADES)
        for symbol in ("BTCUSDT", "ETHUSDT"):
            rows = exchange.json("/api/v3/klines", symbol=symbol, interval="1m", startTime=0, limit=12)
            with (CAPTURES / "expected" / f"{symbol}-spot-1m-expected.csv").open() as file:
                expected = list(csv.DictReader(file))
            assert len(rows) == len(expected) == 12
            for row, bar in zip(rows, expected, strict=True):
                assert (row[0], row[8]) == (int(bar["b"]), int(bar["n"]))
                assert [float(text) for text in row[1:5]] == [float(bar[key]) for key in "ohlc"]
                assert float(row[5]) == pytest.approx(float(bar["v"]), rel=1e-9)


def small(tmp_path: Path) -> Path:
    events = [trade_event(number, later_ms=number * 1000) for number in range(4)]
    return raw_capture(tmp_path / "capture.gz", [events[0], QUOTE, *events[1:]])


def test_the_clock_is_held_until_somebody_listens(tmp_path: Path) -> None:
    with running("--replay", small(tmp_path)) as exchange:
        held = {exchange.json("/api/v3/time")["serverTime"] for _ in range(3)}
        assert held == {FIRST_MS - 1}
        assert exchange.json("/api/v3/historicalTrades", symbol="BTCUSDT") == []
        other = exchange.connect("/ws/ethusdt@trade")  # not captured: the clock stays
        assert exchange.json("/api/v3/time")["serverTime"] == FIRST_MS - 1
        client = exchange.connect("/ws/btcusdt@trade")
        assert next(messages(client))["t"] == 100
        assert exchange.json("/api/v3/time")["serverTime"] > FIRST_MS - 1
        assert other.connected


def test_only_what_has_happened_is_told(tmp_path: Path) -> None:
    with running("--replay", small(tmp_path)) as exchange:
        client = exchange.connect("/ws/btcusdt@trade")
        assert next(messages(client))["t"] == 100
        ids = [row["id"] for row in exchange.json("/api/v3/historicalTrades", symbol="BTCUSDT", fromId=0)]
        assert 100 in ids
        assert 103 not in ids
        while next(messages(client))["t"] < 103:
            pass
        ids = [row["id"] for row in exchange.json("/api/v3/historicalTrades", symbol="BTCUSDT", fromId=0)]
        assert ids == [100, 101, 102, 103]


def test_speed_one_is_the_pace_of_the_capture(tmp_path: Path) -> None:
    with running("--replay", small(tmp_path)) as exchange:
        client = exchange.connect("/ws/btcusdt@trade")
        arrivals = []
        for _ in range(4):
            next(messages(client))
            arrivals.append(time.monotonic())
        assert arrivals[3] - arrivals[0] == pytest.approx(3.0, abs=0.5)


def test_recorded_quotes_and_derived_orders_are_streamed(tmp_path: Path) -> None:
    with running("--speed", "50", "--replay", small(tmp_path)) as exchange:
        client = exchange.connect("/stream?streams=btcusdt@bookTicker/btcusdt@aggTrade")
        found = [next(messages(client)) for _ in range(5)]
        quotes = [message for message in found if message["stream"] == "btcusdt@bookTicker"]
        assert [quote["data"]["b"] for quote in quotes] == ["61837.62000000"]
        orders = [message["data"] for message in found if message["stream"] == "btcusdt@aggTrade"]
        assert [(order["a"], order["f"], order["l"]) for order in orders] == [
            (number, 99 + number, 99 + number) for number in (1, 2, 3, 4)
        ]
