"""Rows of the archive, by hand."""

from datetime import UTC, datetime

import pytest

from analytics.records.market import Bar, Tick
from workers.binance.archive import archive_name, is_header, kind_of_row, row_parser, row_timeframe
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Placeholder

NOW = datetime(2026, 11, 22, tzinfo=UTC)
AGG = b"2609897550,61837.63000000,0.02000000,3914846332,3914846334,1723161255342,True,True\n"
TRADE = b"3735683259,61837.63000000,0.02000000,1236.75260000,1723161255342,False,True\r\n"
KLINE = b"1637971200000,2.0,4.0,1.0,3.0,10.0,1637971259999,25.0,79,6.0,14.0,0"
AT = datetime(2024, 8, 8, 23, 54, 15, 342_000, UTC)


def test_a_row_of_agg_trades() -> None:
    tick = row_parser("aggTrade", "BTCUSDT", None)(AGG, NOW)
    assert tick == Tick("BTCUSDT", 2609897550, 61837.63, 0.02, AT, NOW, True, 3914846332, 3914846334)


def test_a_row_of_trades_covers_itself() -> None:
    tick = row_parser("trade", "BTCUSDT", None)(TRADE, NOW)
    assert tick == Tick("BTCUSDT", 3735683259, 61837.63, 0.02, AT, NOW, False, 3735683259, 3735683259)


def test_a_row_of_klines() -> None:
    bar = row_parser("kline", "ADABTC", "1m")(KLINE, NOW)
    start = datetime(2021, 11, 27, tzinfo=UTC)
    values = (2.0, 4.0, 1.0, 3.0, 10.0, 25.0, 79, 6.0)
    assert bar == Bar("ADABTC", "1m", start, *values, None, None, True, "exchange")


def test_microseconds_are_milliseconds_and_a_rest() -> None:
    tick = row_parser("aggTrade", "BTCUSDT", None)(AGG.replace(b"1723161255342", b"1723161255342999"), NOW)
    assert isinstance(tick, Tick)
    assert tick.traded_at == AT


def test_a_trade_of_nothing_is_a_placeholder_on_futures_and_an_error_on_spot() -> None:
    futures = b"7,0,0.5,1,1,1723161255342,True"
    assert row_parser("aggTrade", "A", None)(futures, NOW) == Placeholder("A", 7, AT)
    with pytest.raises(MalformedMessage, match="positive price"):
        row_parser("aggTrade", "A", None)(futures + b",True", NOW)


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"1,2,3",
        AGG.replace(b"61837.63000000", b"inf"),
        AGG.replace(b"61837.63000000", b"-1"),
        AGG.replace(b"1723161255342", b"1023161255342"),
        AGG.replace(b"1723161255342", b"172316125534299999999"),
        AGG.replace(b"2609897550", b"99999999999999"),
        AGG.replace(b"3914846334", b"3914846331"),
        AGG.replace(b"True,True", b"maybe,True"),
    ],
)
def test_an_impossible_row_is_malformed(row: bytes) -> None:
    with pytest.raises(MalformedMessage):
        row_parser("aggTrade", "BTCUSDT", None)(row, NOW)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1,2,3", "expected 7 columns or more, got 3"),
        (AGG.replace(b"61837.63000000", b"abc"), "price: expected a number, got 'abc'"),
        (AGG.replace(b"3914846334", b""), "last_trade_id: expected a whole number, got ''"),
        (AGG.replace(b"1723161255342", b"\xff"), "transact_time: expected a whole number, got '\ufffd'"),
        (AGG.replace(b"True,True", b"maybe,True"), "is_buyer_maker: expected true or false, got 'maybe'"),
        (AGG.replace(b"61837.63000000", b"-1"), "expected a positive price and quantity, got -1.0"),
    ],
)
def test_the_reason_names_the_column_and_what_was_expected(row: bytes, reason: str) -> None:
    with pytest.raises(MalformedMessage) as raised:
        row_parser("aggTrade", "BTCUSDT", None)(row, NOW)
    assert str(raised.value).startswith(f"not a row of aggTrade: {reason}")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (AGG, ("aggTrade", "spot")),
        (AGG.replace(b",True\n", b"\n"), ("aggTrade", None)),
        (TRADE, ("trade", "spot")),
        (b"3735683259,61837.63,0.02,1236.75,1723161255342,False", ("trade", None)),
        (KLINE, ("kline", None)),
        (b"2024-08-08,1,2,3,4,5,6", None),
        (b"dear diary", None),
    ],
)
def test_the_kind_of_a_row_shows(row: bytes, kind: object) -> None:
    assert kind_of_row(row) == kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BTCUSDT-trades-2024-08.zip", ("BTCUSDT", "trade", None, "2024-08-01", "2024-09-01")),
        ("BTCUSDT-aggTrades-2023-12-31.csv", ("BTCUSDT", "aggTrade", None, "2023-12-31", "2024-01-01")),
        ("ETHBTC-1h-2024-02.csv", ("ETHBTC", "kline", "1h", "2024-02-01", "2024-03-01")),
        ("BTCUSDT-1m.csv", ("BTCUSDT", "kline", "1m", None, None)),
        ("BTCUSDT-trades-2024-13.csv", ("BTCUSDT", "trade", None, None, None)),
    ],
)
def test_a_name_says_symbol_kind_and_span(name: str, expected: tuple[str | None, ...]) -> None:
    found = archive_name(name)
    assert found is not None
    span = tuple(f"{moment:%Y-%m-%d}" if moment else None for moment in (found.since, found.until))
    assert (found.symbol, found.kind, found.timeframe, *span) == expected


@pytest.mark.parametrize(
    "name", ["BTCUSDT-spot-ws-20240808.txt.gz", "ticks.ndjson", "a b.csv", "BTCUSDT.csv"]
)
def test_other_names_say_nothing(name: str) -> None:
    assert archive_name(name) is None


def test_headers_are_told_from_rows() -> None:
    assert is_header(b"\xef\xbb\xbfopen_time,open,high,low,close\n")
    assert not is_header(AGG)


def test_a_timeframe_is_told_from_a_row_in_either_unit() -> None:
    micro = KLINE.replace(b"1637971200000", b"1637971200000000").replace(
        b"1637971259999", b"1637971259999999"
    )
    assert row_timeframe(KLINE) == row_timeframe(micro) == "1m"
    assert row_timeframe(KLINE.replace(b"1637971259999", b"1637974799999")) == "1h"
    assert row_timeframe(KLINE.replace(b"1637971259999", b"1637971379999")) is None
