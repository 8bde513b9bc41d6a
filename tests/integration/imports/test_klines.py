"""Klines of files: the exchange's own bars, where none made of trades stands."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.known_symbols import known_symbols
from tests.captured import captured
from tests.factories import MIDNIGHT, at, bar, gap
from tests.integration.imports.importing import imported, written
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.gaps import save_gaps
from workers.store.imports import load_import
from workers.store.indexes import ensure_indexes
from workers.store.quarantine import load_quarantined
from workers.store.watermarks import UNTOUCHED, advance_watermark, load_watermarks, watermark_name

BTC = "BTCUSDT"
FILE = "BTCUSDT-1m-2024-08-08.csv"
ROWS = [  # two minutes, and one in which nothing traded
    "1723075200000,100.0,103.0,99.0,101.0,7.0,1723075259999,707.0,4,5.0,505.0,0",
    "1723075260000,101.0,102.0,101.0,102.0,1.5,1723075319999,152.0,2,0.5,51.0,0",
    "1723075320000,102.0,102.0,102.0,102.0,0.0,1723075379999,0.0,0,0.0,0.0,0",
]


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


def test_two_bars_by_hand(tmp_path: Path) -> None:
    row = imported(written(tmp_path / FILE, ROWS))
    assert (row.state, row.rows, row.stored, row.passed_over) == ("done", 3, 2, 1)
    first, second = load_bars(BTC, "1m")
    expected = {"open": 100.0, "high": 103.0, "low": 99.0, "close": 101.0, "volume": 7.0, "trades": 4}
    expected |= {"quote_volume": 707.0, "taker_buy_volume": 5.0}
    assert first == bar(source="exchange", **expected)
    assert (second.start, second.close, second.is_final) == (at(60), 102.0, True)


def test_microseconds_and_a_header_give_the_same(tmp_path: Path) -> None:
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,x,ignore"
    cells = [row.split(",") for row in ROWS]
    times = [",".join([c[0] + "000", *c[1:6], c[6] + "999", *c[7:]]) for c in cells]
    imported(written(tmp_path / FILE, [header, *times]))
    found = load_bars(BTC, "1m")
    imported(written(tmp_path / "ETHUSDT-1m-2024-08-08.csv", ROWS))
    assert found == [dataclasses.replace(one, symbol=BTC) for one in load_bars("ETHUSDT", "1m")]
    assert len(found) == 2


def test_a_bar_made_of_trades_stands(tmp_path: Path) -> None:
    ours = bar(close=50.0, first_id=1, last_id=2)
    save_bars([ours])
    row = imported(written(tmp_path / FILE, ROWS))
    assert (row.stored, row.standing, row.repeats) == (1, 1, 0)
    assert load_bars(BTC, "1m")[0] == ours


def test_the_exchange_s_bar_is_replaced_by_one_with_more_trades_only(tmp_path: Path) -> None:
    save_bars([bar(source="exchange", trades=1), bar(at(60), source="exchange", trades=2)])
    row = imported(written(tmp_path / FILE, ROWS))
    assert (row.stored, row.repeats) == (1, 1)
    assert [one.trades for one in load_bars(BTC, "1m")] == [4, 2]


def test_over_an_open_gap_they_are_not_final(tmp_path: Path) -> None:
    save_gaps([gap(5, 9, after=at(70), before=at(80))])
    imported(written(tmp_path / FILE, ROWS))
    assert [one.is_final for one in load_bars(BTC, "1m")] == [True, False]


def test_the_stages_behind_work_again_from_the_first_new_bar(tmp_path: Path) -> None:
    name = watermark_name("indicators", BTC, "1m")
    advance_watermark(name, seen=UNTOUCHED, done=at(7_200))
    imported(written(tmp_path / FILE, ROWS))
    assert load_watermarks("indicators")[name].is_behind(MIDNIGHT)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({2: "98.0"}, "low <= open"),
        ({4: "nan"}, "low <= open"),
        ({6: "1723075259998"}, "expected a 1m bar"),
        ({8: "-1"}, "volumes from 0"),
        ({5: "x"}, "volume: expected a number, got 'x'"),
    ],
)
def test_an_impossible_bar_goes_to_quarantine(tmp_path: Path, change: dict[int, str], reason: str) -> None:
    cells = [change.get(at, cell) for at, cell in enumerate(ROWS[0].split(","))]
    row = imported(written(tmp_path / FILE, [ROWS[1], ",".join(cells)]))
    assert (row.stored, row.quarantined) == (1, 1)
    (kept,) = load_quarantined()
    assert kept.reason.startswith("line 2: ")
    assert reason in kept.reason


def test_a_day_of_the_real_archive() -> None:
    """1,440 minutes of ADABTC, one of them without a trade."""
    row = imported(captured("klines/ADABTC-1m-2021-11-27.csv"))
    assert (row.state, row.rows, row.stored, row.passed_over) == ("done", 1_440, 1_439, 1)
    bars = load_bars("ADABTC", "1m")
    begin = datetime(2021, 11, 27, tzinfo=UTC)
    assert (bars[0].start, bars[-1].start) == (begin, begin + timedelta(minutes=1_439))
    assert (bars[0].open, bars[0].volume, bars[0].trades) == (0.00002853, 36304.2, 79)
    assert begin + timedelta(hours=22, minutes=42) not in {one.start for one in bars}
    assert "ADABTC" in known_symbols()  # the API answers for it, though no exchange offers it here
    assert imported(captured("klines/ADABTC-1m-2021-11-27.csv")) == load_import(row.digest, row.size)
