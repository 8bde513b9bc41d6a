"""How whole the last day is, from stored bars and the ledger of holes."""

import dataclasses
from datetime import timedelta

import pytest

from analytics.quality.day import QUARTERS
from analytics.records.market import Bar
from tests.factories import MIDNIGHT, bar, gap
from workers.store.bars import save_bars
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.progress import BarProgress, save_progress
from workers.store.quality import load_symbol_quality
from workers.store.watchlist import fill_watchlist, remove_symbol
from workers.tasks.quality import judge_quality, symbol_quality

BTC = "BTCUSDT"
NOW = MIDNIGHT + timedelta(days=2, seconds=30)  # what follows happened in the 48 hours before
STEPS = {"1m": 1, "5m": 5, "15m": 15, "1h": 60}

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture(autouse=True)
def day(settings: object) -> list[Bar]:
    ensure_indexes()
    fill_watchlist([BTC])
    bars = [
        bar(MIDNIGHT + timedelta(minutes=start), timeframe)
        for timeframe, step in STEPS.items()
        for start in range(0, 2 * 1_440, step)
    ]
    save_bars(bars)
    save_progress(BarProgress(BTC, 10, NOW))
    return bars


def test_a_whole_day_is_whole_in_every_timeframe() -> None:
    judge_quality()
    quality = load_symbol_quality()[BTC]
    stamps = quality.completeness
    assert {name: (stamp.expected, stamp.final) for name, stamp in stamps.items()} == {
        "1s": (0, 0),
        "1m": (1_440, 1_440),
        "5m": (288, 288),
        "15m": (96, 96),
        "1h": (24, 24),
    }
    assert quality.spans == ("complete",) * QUARTERS
    assert quality.as_of == NOW


def test_a_hole_takes_the_bars_it_touches_and_is_gone_when_it_is_filled(day: list[Bar]) -> None:
    judge_quality()
    middle = NOW - timedelta(hours=3, seconds=30)
    hole = gap(5, 9, after=middle + timedelta(seconds=5), before=middle + timedelta(seconds=25))
    save_gaps([hole])
    touched = [one for one in day if one.start <= middle < one.end]
    save_bars([dataclasses.replace(one, is_final=False) for one in touched])
    judge_quality()
    found = load_symbol_quality()[BTC]
    assert [stamp.expected - stamp.final for stamp in found.completeness.values()] == [0, 1, 1, 1, 1]
    assert found.completeness["1m"].open_gaps == 1
    assert found.spans.count("repairing") == 1
    save_gaps([dataclasses.replace(hole, state="filled")])
    save_bars(touched)
    judge_quality()
    assert load_symbol_quality()[BTC].spans == ("complete",) * QUARTERS


def test_a_symbol_is_judged_once_a_minute_and_while_it_is_watched() -> None:
    judge_quality()
    first = load_symbol_quality()[BTC]
    save_progress(BarProgress(BTC, 11, NOW + timedelta(seconds=20)))
    judge_quality()
    assert load_symbol_quality()[BTC] == first
    save_progress(BarProgress(BTC, 12, NOW + timedelta(seconds=60)))
    judge_quality()
    second = load_symbol_quality()[BTC]
    assert second.as_of > first.as_of
    remove_symbol(BTC)
    save_progress(BarProgress(BTC, 13, NOW + timedelta(seconds=180)))
    judge_quality()
    assert load_symbol_quality()[BTC] == second


def _seconds(count: int, **fields: object) -> list[Bar]:
    """The newest `count` one-second bars, every third of them without trades and so not there."""
    first = NOW - timedelta(seconds=count)
    return [bar(first + timedelta(seconds=n), "1s", **fields) for n in range(count) if n % 3]  # type: ignore[arg-type]


def test_seconds_count_since_the_first_that_is_kept() -> None:
    judge_quality()
    assert load_symbol_quality()[BTC].completeness["1s"].expected == 0
    save_bars(_seconds(600))
    found = symbol_quality(BTC, NOW).completeness["1s"]
    assert (found.expected, found.present, found.final) == (599, 599, 599)
    save_bars([bar(NOW - timedelta(days=2), "1s")])
    assert symbol_quality(BTC, NOW).completeness["1s"].expected == 86_400


def test_a_hole_takes_the_seconds_it_swallowed_and_the_finality_of_others() -> None:
    seconds = _seconds(600)
    middle = seconds[300].start
    kept = [one for one in seconds if not middle < one.start <= middle + timedelta(seconds=6)]
    save_bars([dataclasses.replace(one, is_final=one.start != middle) for one in kept])
    hole = gap(5, 9, after=middle + timedelta(milliseconds=5), before=middle + timedelta(seconds=6))
    save_gaps([hole])
    found = symbol_quality(BTC, NOW).completeness["1s"]
    assert (found.expected - found.present, found.present - found.final, found.open_gaps) == (6, 1, 1)
    save_gaps([dataclasses.replace(hole, state="filled")])
    save_bars(seconds)
    found = symbol_quality(BTC, NOW).completeness["1s"]
    assert (found.expected, found.final, found.open_gaps) == (599, 599, 0)
