"""What is said about the data's quality, and the watch-list, as MongoDB keeps them."""

import pytest

from analytics.records.quality import BarCheck, BarDifference, ClockCheck, SymbolQuality
from analytics.records.snapshots import Completeness
from tests.factories import at, gap
from workers.settings import Settings
from workers.store.disk import load_disk_space
from workers.store.gaps import load_newest_gaps, save_gaps
from workers.store.quality import (
    load_bar_checks,
    load_clock_check,
    load_symbol_quality,
    save_bar_check,
    save_clock_check,
    save_symbol_quality,
)
from workers.store.watchlist import add_symbol, fill_watchlist, load_watchlist, remove_symbol

QUALITY = SymbolQuality(
    symbol="BTCUSDT",
    as_of=at(60),
    computed_at=at(61),
    completeness={"1m": Completeness(1_440, 1_440, 1_439, 1)},
    spans_since=at(0),
    spans=("complete", "exchange"),
)
CHECK = BarCheck("1m", at(0), at(3_600), 60, 1, BarDifference(at(120), "volume", 3.0, 3.5))

pytestmark = pytest.mark.usefixtures("settings")


def test_the_day_and_the_comparison_of_a_symbol_do_not_disturb_each_other() -> None:
    save_symbol_quality([QUALITY])
    save_bar_check("BTCUSDT", CHECK)
    save_symbol_quality([QUALITY])
    save_clock_check(ClockCheck(-1.5, 3.0, at(5)))
    assert load_symbol_quality() == {"BTCUSDT": QUALITY}
    assert load_bar_checks() == {"BTCUSDT": CHECK}
    assert load_clock_check() == ClockCheck(-1.5, 3.0, at(5))


def test_before_anything_was_judged_there_is_nothing() -> None:
    assert (load_symbol_quality(), load_bar_checks(), load_clock_check()) == ({}, {}, None)


def test_gaps_of_all_symbols_come_newest_first() -> None:
    rows = [gap(number, number, found_at=at(number), symbol=f"S{number % 2}") for number in range(5)]
    save_gaps(rows)
    assert [row.first_id for row in load_newest_gaps(limit=3)] == [4, 3, 2]


def test_a_symbol_is_added_at_the_end_and_only_once() -> None:
    fill_watchlist(["BTCUSDT", "ETHUSDT"])
    assert add_symbol("SOLUSDT")
    assert not add_symbol("SOLUSDT")
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]


def test_a_removed_symbol_can_be_put_back_where_it_was() -> None:
    fill_watchlist(["BTCUSDT", "ETHUSDT", "SOLUSDT"])
    position = remove_symbol("ETHUSDT")
    assert load_watchlist() == ["BTCUSDT", "SOLUSDT"]
    assert add_symbol("ETHUSDT", position=position)
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]


def test_what_is_not_on_the_list_cannot_be_removed(settings: Settings) -> None:
    assert remove_symbol("ETHUSDT") is None
    assert add_symbol("ETHUSDT")
    assert load_watchlist() == ["ETHUSDT"]


def test_the_database_tells_the_room_on_its_disk() -> None:
    save_clock_check(ClockCheck(0.0, 1.0, at(5)))
    space = load_disk_space()
    assert space is not None
    assert 0 < space.free_bytes < space.total_bytes
