"""bookTicker messages -> TopOfBook, and what of them shows no market."""

from datetime import UTC, datetime

import orjson
import pytest

from workers.binance.book import top_of_book
from workers.binance.errors import MalformedMessage, UnusableQuote

RECEIVED = datetime(2026, 11, 22, 8, 0, 1, 120_000, UTC)
SPOT = {"u": 400900217, "s": "BNBUSDT", "b": "25.35190000", "B": "31.21", "a": "25.36520000", "A": "40.66"}
FUTURES = {"e": "bookTicker", "E": 1568014460893, "T": 1568014460891} | SPOT


def message(event: object) -> bytes:
    return orjson.dumps({"stream": "bnbusdt@bookTicker", "data": event})


def test_spot_tells_no_time_so_the_moment_of_receipt_counts() -> None:
    top = top_of_book(message(SPOT), RECEIVED)
    assert (top.symbol, top.update_id, top.quoted_at) == ("BNBUSDT", 400900217, RECEIVED)
    assert (top.bid, top.bid_quantity, top.ask, top.ask_quantity) == (25.3519, 31.21, 25.3652, 40.66)
    assert (top.spread, top.mid) == (0.0133, 25.35855)


def test_futures_tell_the_moment_of_the_match() -> None:
    top = top_of_book(message(FUTURES), RECEIVED)
    assert top.quoted_at == datetime(2019, 9, 9, 7, 34, 20, 891_000, UTC)
    assert top.received_at == RECEIVED


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"b": "0.00000000"}, "zero"),
        ({"A": "0"}, "zero"),
        ({"a": "-1"}, "zero"),
        ({"b": "25.37"}, "crossed"),
        ({"b": "25.36520000"}, "crossed"),
    ],
)
def test_an_empty_or_crossed_quote_is_not_taken_for_a_market(changed: dict[str, str], kind: str) -> None:
    with pytest.raises(UnusableQuote) as found:
        top_of_book(message(SPOT | changed), RECEIVED)
    assert found.value.kind == kind


@pytest.mark.parametrize(
    "raw",
    [
        b"not JSON",
        b"[]",
        b'{"stream":"bnbusdt@bookTicker"}',
        message(None),
        message({key: value for key, value in SPOT.items() if key != "a"}),
        message(SPOT | {"b": "many"}),
        message(SPOT | {"b": None}),
        message(SPOT | {"b": "nan"}),
        message(SPOT | {"A": "inf"}),
        message(SPOT | {"s": ""}),
        message(SPOT | {"s": 7}),
        message(SPOT | {"u": "400900217"}),
        message(FUTURES | {"T": "yesterday"}),
        message(FUTURES | {"T": 5}),
    ],
)
def test_what_is_no_quote_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedMessage):
        top_of_book(raw, RECEIVED)
