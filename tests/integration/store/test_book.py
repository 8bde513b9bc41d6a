"""The top of the book, second by second."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from analytics.records.book import BookSecond, TopOfBook
from workers.settings import Settings, use_settings
from workers.store.book import ensure_indexes, load_book, load_top_of_book, save_book
from workers.store.database import collection

BEGIN = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("settings")


def second(number: int, *, symbol: str = "BTCUSDT", bid: float = 100.0, updates: int = 3) -> BookSecond:
    start = BEGIN + timedelta(seconds=number)
    moment = start + timedelta(milliseconds=870)
    return BookSecond(start, TopOfBook(symbol, number, bid, 1.0, bid + 0.5, 2.0, moment, moment), updates)


def test_what_was_saved_is_loaded_as_it_was() -> None:
    rows = [second(number) for number in range(5)]
    save_book(rows[::-1])
    save_book([second(2, symbol="ETHUSDT")])
    assert load_book("BTCUSDT") == rows
    assert load_book("BTCUSDT", limit=2) == rows[3:]
    assert load_top_of_book("BTCUSDT") == rows[4]
    assert load_top_of_book("DOGEUSDT") is None


def test_a_second_saved_again_is_replaced() -> None:
    save_book([second(1)])
    save_book([second(1, bid=101.0, updates=9)])
    assert load_book("BTCUSDT") == [second(1, bid=101.0, updates=9)]
    document = collection("book").find_one()
    assert document is not None
    assert (document["spread"], document["mid"]) == (0.5, 101.25)


def test_a_stretch_begins_with_its_start_and_ends_before_its_end() -> None:
    save_book([second(number) for number in range(6)])
    found = load_book("BTCUSDT", start=BEGIN + timedelta(seconds=1), end=BEGIN + timedelta(seconds=4))
    assert [row.top.update_id for row in found] == [1, 2, 3]
    between = load_book("BTCUSDT", start=BEGIN + timedelta(seconds=0.5), end=BEGIN + timedelta(seconds=2.5))
    assert [row.top.update_id for row in between] == [1, 2]


def test_it_is_kept_as_long_as_trades(settings: Settings) -> None:
    ensure_indexes()
    assert _kept_seconds() == 24 * 3600
    with use_settings(dataclasses.replace(settings, tick_retention_hours=2.0)):
        ensure_indexes()
        assert _kept_seconds() == 2 * 3600


def _kept_seconds() -> int:
    return int(collection("book").index_information()["retention"]["expireAfterSeconds"])
