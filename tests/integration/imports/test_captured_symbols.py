"""Files of symbols that are captured: what is older than capture, what it missed, and who makes which bar."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from analytics.bars import bars_from_ticks, fold
from analytics.records.market import Tick
from tests.factories import at, bar, gap, random_ticks, tick_frame
from tests.integration.imports.importing import agg_trade_lines, imported, written
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.database import collection
from workers.store.gaps import load_gaps, save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.progress import load_progress
from workers.store.rebuilds import load_rebuilds
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.stretches import load_last_imported_id
from workers.store.ticks import load_first_tick, load_ticks, save_ticks
from workers.tasks.bars import build_symbol

BTC = "BTCUSDT"
SEAM = at(3_600)  # one-second bars are the building stage's from here on
CLOCK = at(7_200)


@pytest.fixture
def ticks() -> list[Tick]:
    """Ten minutes on both sides of the seam, four trades a second, ids from 1 on."""
    return [
        dataclasses.replace(
            one,
            traded_at=(one.traded_at + timedelta(seconds=3_000)).replace(
                microsecond=one.traded_at.microsecond // 1000 * 1000
            ),
            price=round(one.price, 8),
        )
        for one in random_ticks(11, 4_800, ticks_per_second=4.0)
    ]


@pytest.fixture(autouse=True)
def _captured(settings: Settings) -> None:
    ensure_indexes()
    save_market_clock(CLOCK)
    for name in (HISTORY, JOIN):
        save_seam(Seam(BTC, name, SEAM - timedelta(hours=1), SEAM, SEAM))


def from_seam_on(ticks: list[Tick]) -> int:
    return next(position for position, one in enumerate(ticks) if one.traded_at >= SEAM)


def build() -> None:
    """What the stage does each second, until nothing waits."""
    build_symbol(BTC, load_progress().get(BTC), CLOCK)
    while load_rebuilds(BTC):
        build_symbol(BTC, load_progress()[BTC], CLOCK)


def assert_whole(ticks: list[Tick], timeframe: str, since: pd.Timestamp | None = None) -> None:
    expected = bars_from_ticks(tick_frame(ticks), "1s")
    frame = expected if timeframe == "1s" else fold(expected, timeframe)
    frame = frame.loc[since:] if since is not None else frame
    ours = load_bars(BTC, timeframe, start=frame.index[0].to_pydatetime())
    assert [one.start for one in ours] == list(frame.index)
    for name in ("open", "high", "low", "close", "trades", "first_id", "last_id"):
        assert [getattr(one, name) for one in ours] == frame[name].tolist(), name
    assert all(one.is_final for one in ours)


def test_older_trades_get_their_bars_and_the_ledger_of_capture_is_left_alone(
    tmp_path: Path, ticks: list[Tick]
) -> None:
    begin = from_seam_on(ticks) + 200
    save_ticks(ticks[begin:])
    build()
    progress = load_progress()[BTC]
    imported(written(tmp_path / "old.csv", agg_trade_lines(ticks[:begin])), symbol=BTC, synthetic=True)
    assert load_progress()[BTC] == progress
    assert load_gaps(BTC) == []
    assert {row.second >= SEAM for row in load_rebuilds(BTC)} == {True}
    build()
    assert_whole(ticks, "1s", pd.Timestamp(at(3_001)))
    assert_whole(ticks, "1m", pd.Timestamp(at(3_060)))


def test_a_hole_of_a_day_ago_that_an_archive_brings_is_filled_and_its_bars_are_whole(
    tmp_path: Path, ticks: list[Tick]
) -> None:
    """The repair had given it up; the exchange's own bars stood over it."""
    later = ticks[from_seam_on(ticks) :]
    lost = later[300:700]
    save_ticks([one for one in later if one not in lost])
    after, before = later[299].traded_at, later[700].traded_at
    save_gaps([gap(lost[0].id, lost[-1].id, state="expired", after=after, before=before)])
    build()
    minute = at(int((after - at(0)).total_seconds()) // 60 * 60 + 60)
    save_bars([bar(minute, source="exchange", trades=100)])
    row = imported(written(tmp_path / "day.csv", agg_trade_lines(later)), symbol=BTC, synthetic=True)
    assert (row.stored, row.repeats) == (len(lost), len(later) - len(lost))
    assert [one.state for one in load_gaps(BTC)] == ["filled"]
    build()
    assert_whole(later, "1s")
    assert_whole(later, "1m")
    assert {one.source for one in load_bars(BTC, "1m")} == {"ticks"}


@pytest.mark.parametrize("state", ["expired", "failed"])
def test_a_few_trades_do_not_take_the_place_of_the_many_that_were_swept(
    tmp_path: Path, ticks: list[Tick], state: str
) -> None:
    """The bars of a week ago outlive their trades."""
    later = ticks[from_seam_on(ticks) :]
    lost = later[300:310]
    save_ticks([one for one in later if one not in lost])
    begin, end = later[299].traded_at, later[310].traded_at
    save_gaps([gap(lost[0].id, lost[-1].id, state=state, after=begin, before=end)])
    build()
    stored = {timeframe: load_bars(BTC, timeframe) for timeframe in ("1s", "1m")}
    collection("ticks").delete_many({})
    save_market_clock(end + timedelta(days=7))
    imported(written(tmp_path / "few.csv", agg_trade_lines(lost)), symbol=BTC, synthetic=True)
    build()
    for timeframe, before in stored.items():
        kept = {one.start: one.trades for one in load_bars(BTC, timeframe)}
        assert all(kept[one.start] >= one.trades for one in before), timeframe
    assert [one.state for one in load_gaps(BTC)] == [state]


def test_trades_the_bars_have_not_come_to_yet_are_not_asked_to_be_rebuilt(
    tmp_path: Path, ticks: list[Tick]
) -> None:
    later = ticks[from_seam_on(ticks) :]
    save_ticks(later[:500])
    build()
    imported(written(tmp_path / "next.csv", agg_trade_lines(later[500:])), symbol=BTC, synthetic=True)
    assert len(load_rebuilds(BTC)) <= 1  # the second both share
    build()
    assert_whole(later, "1s")


def test_trades_of_a_file_do_not_become_the_first_ones_captured(tmp_path: Path, ticks: list[Tick]) -> None:
    """Else history would be asked of the exchange from the file's day on."""
    save_ticks(ticks[2_000:2_010])
    imported(written(tmp_path / "old.csv", agg_trade_lines(ticks[:100])), symbol=BTC, synthetic=True)
    first = load_first_tick(BTC, after_id=load_last_imported_id(BTC))
    assert first is not None
    assert first.id == ticks[2_000].id
    assert len(load_ticks(BTC, after_id=-1)) == 110
