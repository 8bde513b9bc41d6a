"""Our bars against the simulated exchange's klines, over its REST interface."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from analytics.records.market import Bar
from analytics.records.quality import ComparisonWish
from analytics.timeframes import bar_start
from tests.integration.exchange.running import Running, running
from workers.binance.history import load_exchange_bars, load_exchange_time
from workers.coordination.request_budget import note_ban
from workers.settings import Settings, use_settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.progress import BarProgress, save_progress
from workers.store.quality import load_bar_checks, load_clock_check, load_comparison_wishes, wish_comparison
from workers.store.watchlist import add_symbol, fill_watchlist
from workers.tasks.bar_check import SETTLED, answer_wishes, check_bars, check_clock

BTC = "BTCUSDT"


@pytest.fixture(scope="module")
def exchange() -> Iterator[Running]:
    with running("--synthetic", "--seed", "11") as found:
        yield found


@pytest.fixture(autouse=True)
def clock(settings: Settings, exchange: Running) -> Iterator[datetime]:
    """The exchange's time, with bars built up to it."""
    with use_settings(dataclasses.replace(settings, binance_rest_url=exchange.url)):
        ensure_indexes()
        fill_watchlist([BTC, "NOSUCHUSDT"])
        now = load_exchange_time()
        save_market_clock(now)
        save_progress(BarProgress(BTC, 10, now))
        yield now


def _own_bars(clock: datetime, symbol: str = BTC) -> list[Bar]:
    """The exchange's bars of the last two hours as if we had built them."""
    theirs = load_exchange_bars(symbol, "1m", start=bar_start(clock, "1m") - timedelta(hours=2), end=clock)
    return [dataclasses.replace(bar, source="ticks", is_final=True) for bar in theirs]


def test_bars_that_are_the_exchange_s_are_equal(clock: datetime) -> None:
    save_bars(_own_bars(clock))
    check_bars()
    found = load_bar_checks()[BTC]
    assert found.compared >= 55  # of an hour's sixty; a quiet minute has no bar
    assert (found.differing, found.worst) == (0, None)
    assert found.until == bar_start(clock - SETTLED, "1m")


def test_a_wrong_figure_is_found(clock: datetime) -> None:
    bars = _own_bars(clock)
    save_bars(bars)
    wrong = dataclasses.replace(bars[-20], volume=bars[-20].volume * 1.01)
    save_bars([wrong])
    check_bars()
    found = load_bar_checks()[BTC]
    assert found.differing == 1
    assert found.worst is not None
    assert (found.worst.start, found.worst.field) == (wrong.start, "volume")


def test_nothing_is_compared_beyond_what_is_built(clock: datetime) -> None:
    built_until = clock - timedelta(minutes=30)
    add_symbol("ETHUSDT")
    save_progress(BarProgress("ETHUSDT", 10, built_until))
    save_bars([bar for bar in _own_bars(clock, "ETHUSDT") if bar.end <= built_until])
    check_bars()
    found = load_bar_checks()["ETHUSDT"]
    assert (found.differing, found.until) == (0, bar_start(built_until, "1m"))


def test_a_minute_is_compared_once(clock: datetime) -> None:
    save_bars(_own_bars(clock))
    check_bars()
    before = load_bar_checks()
    save_bars([dataclasses.replace(bar, close=1.0) for bar in _own_bars(clock)[-30:-20]])
    check_bars()
    assert load_bar_checks() == before


def test_a_comparison_somebody_asks_for_is_done_at_once(clock: datetime) -> None:
    bars = _own_bars(clock)
    save_bars(bars)
    check_bars()
    save_bars([dataclasses.replace(bars[-20], close=1.0)])
    wish_comparison([BTC, "NOSUCHUSDT"], clock)
    answer_wishes()
    found = load_bar_checks()[BTC]
    assert found.differing == 1
    assert found.compared_at is not None
    wishes = load_comparison_wishes()
    assert wishes[BTC] == ComparisonWish(None, "")
    assert wishes["NOSUCHUSDT"] == ComparisonWish(None, "no bars of it are built yet")
    answer_wishes()
    assert load_bar_checks()[BTC] == found


def test_what_keeps_a_comparison_from_being_done_is_told(settings: Settings, clock: datetime) -> None:
    wish_comparison([BTC], clock)
    with use_settings(dataclasses.replace(settings, binance_rest_url="http://127.0.0.1:1")):
        answer_wishes()
    failed = load_comparison_wishes()[BTC]
    assert failed.asked_at is None
    assert "no answer" in failed.reason
    wish_comparison([BTC], clock)
    note_ban(30)
    answer_wishes()
    waiting = load_comparison_wishes()[BTC]
    assert waiting.asked_at is not None
    assert "no more requests" in waiting.reason


def test_an_exchange_that_does_not_answer_harms_nothing(settings: Settings, clock: datetime) -> None:
    with use_settings(dataclasses.replace(settings, binance_rest_url="http://127.0.0.1:1")):
        check_bars()
        check_clock()
    assert (load_bar_checks(), load_clock_check()) == ({}, None)


def test_the_clocks_of_one_machine_agree() -> None:
    check_clock()
    found = load_clock_check()
    assert found is not None
    assert abs(found.offset_ms) <= found.round_trip_ms + 5.0
