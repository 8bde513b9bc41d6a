"""JSON of bars and quotes: one form, complete, and honest about what is not known."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.records.market import Instrument
from analytics.records.snapshots import Completeness, SymbolSummary
from tests.factories import at, bar, tick
from workers.messages.envelope import envelope
from workers.messages.market import bar_json, bars_json, quote_json, symbol_json
from workers.messages.rooms import Topic, parsed_topic

SUMMARY = SymbolSummary(
    symbol="BTCUSDT",
    as_of=at(60),
    computed_at=at(61),
    last_price=90.0,
    close_1h_ago=80.0,
    close_24h_ago=None,
    volume_24h=5.0,
    quote_volume_24h=450.0,
    sparkline=(1.0, 2.0),
    completeness=Completeness(1440, 1440, 1439, 1),
)


def test_a_bar_s_time_is_its_start_in_utc() -> None:
    message = bar_json(bar(at(60)))
    assert message["ts"] == "2024-08-08T00:01:00.000Z"
    assert json.loads(json.dumps(message)) == message


def test_a_correction_has_no_forming_bar() -> None:
    message = bars_json("BTCUSDT", "1m", forming=None, closed=[bar()])
    assert message["forming"] is None
    assert len(message["closed"]) == 1  # type: ignore[arg-type]  # a list in this message


def test_change_is_relative_to_the_price_of_then() -> None:
    quote = quote_json("BTCUSDT", tick(1, price=100.0), SUMMARY)
    assert quote["change_1h"] == pytest.approx(0.25)
    assert quote["change_24h"] is None


def test_before_the_first_trade_the_last_bar_s_price_stands() -> None:
    assert quote_json("BTCUSDT", None, SUMMARY)["price"] == 90.0
    assert quote_json("BTCUSDT", None, None)["price"] is None


@pytest.mark.parametrize(("buyer_is_maker", "side"), [(True, "sell"), (False, "buy")])
def test_the_side_is_the_taker_s(buyer_is_maker: bool, side: str) -> None:
    assert quote_json("BTCUSDT", tick(1, buyer_is_maker=buyer_is_maker), None)["side"] == side


def test_steps_keep_their_exact_digits() -> None:
    instrument = Instrument("BTCUSDT", "BTC", "USDT", "TRADING", Decimal("0.01000000"), Decimal("1E-5"))
    row = symbol_json("BTCUSDT", instrument, None, SUMMARY)
    assert Decimal(str(row["price_step"])) == Decimal("0.01")
    assert row["sparkline"] == [1.0, 2.0]


def test_the_envelope_is_what_the_contract_says() -> None:
    message = envelope("system", epoch="e", seq=3, sent_at=at(0) + timedelta(milliseconds=7), data={})
    assert message == {
        "topic": "system",
        "epoch": "e",
        "seq": 3,
        "sent_at": "2024-08-08T00:00:00.007Z",
        "data": {},
    }


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("system", Topic("system")),
        ("symbol:BTCUSDT", Topic("symbol", "BTCUSDT")),
        ("indicators:BTCUSDT:1m", Topic("indicators", "BTCUSDT", "1m")),
        ("bars:BTCUSDT:7m", None),
        ("bars:NOSUCH:1m", None),
        ("bars:BTCUSDT", None),
        ("symbol:BTCUSDT:1m", None),
        ("", None),
        ("nonsense", None),
        (None, None),
        ({"$gt": ""}, None),
    ],
)
def test_only_known_topics_are_topics(name: object, topic: Topic | None) -> None:
    assert parsed_topic(name, symbols={"BTCUSDT"}, timeframes={"1m"}) == topic
