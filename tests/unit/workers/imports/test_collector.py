"""Lines of collectors, by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workers.binance.errors import MalformedMessage
from workers.imports.collector import NO_ID, collected_tick

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AT = datetime(2024, 8, 8, 23, 54, 15, 342_000, UTC)
ROW = {"symbol": "btcusdt", "ts": "2024-08-08T23:54:15.342Z", "price": 61837.63, "size": 0.02}


def test_a_plain_line() -> None:
    tick = collected_tick(ROW, NOW)
    assert (tick.symbol, tick.id, tick.price, tick.quantity) == ("BTCUSDT", NO_ID, 61837.63, 0.02)
    assert (tick.traded_at, tick.received_at, tick.buyer_is_maker) == (AT, NOW, False)


@pytest.mark.parametrize(
    "moment",
    [
        "2024-08-08T23:54:15.342Z",
        "2024-08-08T23:54:15.342999+00:00",
        "2024-08-09T01:54:15.342+02:00",
        "2024-08-08 23:54:15.342",
        1723161255342,
        "1723161255342",
        1723161255342999,
        1723161255342999888,
        1723161255.342,
        "1723161255.342",
    ],
)
def test_a_moment_in_any_unit_is_the_same_millisecond(moment: object) -> None:
    found = collected_tick(ROW | {"ts": moment}, NOW).traded_at
    assert abs(found - AT) <= timedelta(milliseconds=1 if isinstance(moment, float) else 0)


@pytest.mark.parametrize(
    ("more", "maker"),
    [
        ({"m": True}, True),
        ({"is_buyer_maker": False}, False),
        ({"side": "sell"}, True),
        ({"side": "BUY"}, False),
        ({"m": "True"}, True),
    ],
)
def test_the_side_under_any_name(more: dict[str, Any], maker: bool) -> None:
    assert collected_tick(ROW | more, NOW).buyer_is_maker is maker


def test_an_id_is_kept() -> None:
    assert collected_tick(ROW | {"trade_id": "37"}, NOW).id == 37


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"symbol": ""}, "symbol"),
        ({"symbol": {"$gt": ""}}, "symbol"),
        ({"price": "NaN"}, "price"),
        ({"price": True}, "price"),
        ({"size": 0}, "size"),
        ({"size": None}, "size"),
        ({"ts": "1970-01-01T00:00:00Z"}, "ts"),
        ({"ts": True}, "ts"),
        ({"ts": 1e30}, "ts"),
        ({"id": -1}, "id"),
        ({"id": 1.5}, "id"),
        ({"m": 1}, "is_buyer_maker"),
    ],
)
def test_what_cannot_be_is_malformed_and_named(more: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedMessage, match=f"^{field}: expected"):
        collected_tick(ROW | more, NOW)
