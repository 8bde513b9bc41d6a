"""Binance's messages -> Tick, and what is none."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.records.market import Tick
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Notice, Placeholder, parsed_message, stream_address, subscribe_message

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TRADE = {
    "stream": "btcusdt@trade",
    "data": {"e": "trade", "E": 1723161255343, "s": "BTCUSDT", "t": 3735683259, "p": "61837.63000000",
             "q": "0.02000000", "T": 1723161255342, "m": True, "M": True},
}  # fmt: skip
AGG_TRADE = {
    "stream": "bnbbtc@aggTrade",
    "data": {"e": "aggTrade", "E": 1672515782136, "s": "BNBBTC", "a": 12345, "p": "0.001", "q": "100",
             "f": 100, "l": 105, "T": 1672515782136, "m": False, "M": True},
}  # fmt: skip


def parsed(message: object) -> Tick | Placeholder | Notice:
    return parsed_message(json.dumps(message).encode(), NOW)


def test_a_trade_covers_itself() -> None:
    traded_at = datetime(2024, 8, 8, 23, 54, 15, 342_000, UTC)
    assert parsed(TRADE) == Tick(
        "BTCUSDT", 3735683259, 61837.63, 0.02, traded_at, NOW, True, 3735683259, 3735683259
    )


def test_an_aggregate_trade_covers_a_range_of_trades() -> None:
    tick = parsed(AGG_TRADE)
    assert isinstance(tick, Tick)
    assert (tick.id, tick.first_trade_id, tick.last_trade_id, tick.buyer_is_maker) == (12345, 100, 105, False)


def test_an_unwrapped_message_is_read_too() -> None:
    assert parsed(TRADE["data"]) == parsed(TRADE)


@pytest.mark.parametrize(
    ("message", "notice"),
    [
        ({"result": None, "id": 1}, Notice.ANSWER),
        ({"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": 1}}, Notice.SHUTDOWN),
        ({"e": "serverShutdown", "E": 1}, Notice.SHUTDOWN),
        ({"stream": "btcusdt@bookTicker", "data": {"u": 4, "s": "BTCUSDT", "b": "1"}}, Notice.OTHER),
    ],
)
def test_what_is_no_trade_is_named(message: object, notice: Notice) -> None:
    assert parsed(message) is notice


@pytest.mark.parametrize(
    "change", [{"X": "INSURANCE_FUND"}, {"p": "0"}, {"q": "0.000"}, {"X": "NA", "p": "0", "q": "0"}]
)
def test_a_placeholder_of_a_future_takes_an_id_and_is_no_trade(change: dict[str, str]) -> None:
    event: dict[str, Any] = {**AGG_TRADE["data"], **change}  # type: ignore[dict-item]  # a dict
    del event["M"]
    message = parsed({"stream": "bnbbtc@aggTrade", "data": event})
    assert isinstance(message, Placeholder)
    assert (message.symbol, message.id) == ("BNBBTC", 12345)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"17", b'"text"', b"\xff\xfe", b"{}", b'{"data": []}', b"[" * 10_000,
     b'{"lastUpdateId":1,"bids":[]}', b'{"stream":"btcusdt@aggTrade","data":{"e":"newTrade"}}', b'{"e":7}',
     b'{"code":2,"msg":"Invalid request","id":1}'],
)  # fmt: skip
def test_bytes_that_are_no_message_are_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parsed_message(raw, NOW)


@pytest.mark.parametrize("field", ["p", "q", "T", "t", "s", "m"])
def test_a_missing_field_is_named(field: str) -> None:
    message: dict[str, Any] = copy.deepcopy(TRADE)
    del message["data"][field]
    with pytest.raises(MalformedMessage, match=f"^{field}: "):
        parsed(message)


@pytest.mark.parametrize(
    ("field", "value"),
    [("p", "NaN"), ("p", "-1"), ("p", "1e400"), ("p", "inf"), ("p", None), ("p", []), ("q", "0"), ("q", "x"),
     ("T", 0), ("T", 4_102_444_800_000), ("T", "1723161255342"), ("T", 1.5), ("T", True), ("t", -1),
     ("t", 1 << 44), ("t", "7"), ("t", True), ("s", ""), ("s", 7), ("m", 1), ("m", None)],
)  # fmt: skip
def test_an_impossible_value_is_named(field: str, value: object) -> None:
    message: dict[str, Any] = copy.deepcopy(TRADE)
    message["data"][field] = value
    with pytest.raises(MalformedMessage, match=f"^{field}: expected"):
        parsed(message)


def test_every_millisecond_is_kept_exactly() -> None:
    for milliseconds in range(1_723_161_255_000, 1_723_161_256_000):
        message: dict[str, Any] = copy.deepcopy(TRADE)
        message["data"]["T"] = milliseconds
        tick = parsed(message)
        assert isinstance(tick, Tick)
        assert tick.traded_at.microsecond == milliseconds % 1000 * 1000


def test_futures_are_taken_from_the_routed_address() -> None:
    assert stream_address("wss://fstream.binance.com", "usdm") == "wss://fstream.binance.com/market/stream"


def test_one_control_message_asks_for_many_streams() -> None:
    assert json.loads(subscribe_message(["a@trade", "b@trade"], 7)) == {
        "method": "SUBSCRIBE",
        "params": ["a@trade", "b@trade"],
        "id": 7,
    }
