"""Who works with closed bars learns that they were rewritten; what was computed of them counts as old."""

from datetime import timedelta

import pytest

from tests.factories import at
from workers.settings import Settings
from workers.store.pairs import add_pair
from workers.store.rewritten import note_rewritten, state_of_bars
from workers.store.watermarks import (
    UNTOUCHED,
    WATCHLIST,
    advance_watermark,
    load_watermarks,
    watermark_name,
)

BTC, ETH = "BTCUSDT", "ETHUSDT"
DAY = timedelta(days=1)
MARKS = [
    watermark_name("indicators", BTC, "1m"),
    watermark_name("pairs", f"{ETH}/{BTC}", "1m"),
    watermark_name("correlations", WATCHLIST, "1m"),
    watermark_name("scans", WATCHLIST, "1m"),
]
OTHERS = [
    watermark_name("indicators", ETH, "1m"),
    watermark_name("indicators", BTC, "5m"),
    watermark_name("pairs", f"{ETH}/SOLUSDT", "1m"),
    watermark_name("scans", WATCHLIST, "5m"),
]


@pytest.fixture(autouse=True)
def _marks(settings: Settings) -> None:
    add_pair((ETH, BTC))
    for name in (*MARKS, *OTHERS):
        advance_watermark(name, seen=UNTOUCHED, done=at(0))


def lowered() -> set[str]:
    stages = ("indicators", "pairs", "correlations", "scans")
    return {name for stage in stages for name, mark in load_watermarks(stage).items() if mark.rewrites}


def test_every_stage_that_uses_the_symbol_and_timeframe_works_again() -> None:
    note_rewritten(BTC, "1m", first=at(-120), last=at(-60))
    assert lowered() == set(MARKS)
    assert load_watermarks("scans")[MARKS[3]].is_behind(at(-120))


def test_what_lies_before_their_window_is_nothing_to_pairs_and_scans() -> None:
    note_rewritten(BTC, "1m", first=at(0) - 3 * DAY, last=at(0) - 2 * DAY)
    assert lowered() == {MARKS[0]}
    note_rewritten(BTC, "1m", first=at(0) - 3 * DAY, last=at(0) - DAY)
    assert lowered() == set(MARKS)


def test_what_was_computed_of_bars_counts_until_one_is_added_or_rewritten() -> None:
    before = state_of_bars([BTC, ETH], "1m", at(0))
    assert state_of_bars([BTC, ETH], "1m", at(0)) == before
    assert state_of_bars([BTC, ETH], "1m", at(60)) != before
    note_rewritten("SOLUSDT", "1m", first=at(-60), last=at(-60))
    note_rewritten(BTC, "5m", first=at(-300), last=at(-300))
    assert state_of_bars([BTC, ETH], "1m", at(0)) == before
    note_rewritten(BTC, "1m", first=at(-60), last=at(-60))
    assert state_of_bars([BTC, ETH], "1m", at(0)) != before
