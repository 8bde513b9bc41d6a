"""Trades of files: each stored once, its bars made, its holes on record, whatever interrupts the import."""

import dataclasses
import gzip
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from analytics.bars import bars_from_ticks, fold
from analytics.records.market import Bar, Tick
from tests.factories import MIDNIGHT, at, gap, random_ticks, tick, tick_frame
from tests.integration.imports.importing import agg_trade_lines, imported, written
from workers.settings import Settings, use_settings
from workers.store.bars import load_bars
from workers.store.gaps import load_gaps, save_gaps
from workers.store.imports import FileImport, load_import
from workers.store.indexes import ensure_indexes
from workers.store.quarantine import load_quarantined
from workers.store.stretches import EDGE_REASON, load_stretches
from workers.store.ticks import load_ticks, save_ticks

BTC = "BTCUSDT"
DAY_FILE = "BTCUSDT-aggTrades-2024-08-08.csv"


@pytest.fixture(autouse=True)
def _many_small_batches(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.imports.batches.LINES_AT_ONCE", 1_000)


def plain(bars: list[Bar]) -> list[tuple[object, ...]]:
    return [
        (bar.start, bar.open, bar.high, bar.low, bar.close, round(bar.volume, 6), bar.trades, bar.is_final)
        for bar in bars
    ]


def all_bars(timeframe: str) -> list[tuple[object, ...]]:
    return plain(load_bars(BTC, timeframe))


def counts(row: FileImport) -> tuple[str, int, int, int, int]:
    return row.state, row.rows, row.stored, row.repeats, row.quarantined


def test_three_trades_by_hand(tmp_path: Path) -> None:
    """Two in the first second of a day, one in the next; the day's file says that this is all."""
    lines = [
        "10,100.0,1.0,50,51,1723075200000,False,True",
        "11,102.0,2.0,52,52,1723075200999,True,True",
        "12,101.0,4.0,53,53,1723075201000,False,True",
    ]
    row = imported(written(tmp_path / DAY_FILE, lines))
    assert counts(row) == ("done", 3, 3, 0, 0)
    assert [(t.id, t.price, t.quantity, t.buyer_is_maker) for t in load_ticks(BTC, after_id=-1)] == [
        (10, 100.0, 1.0, False),
        (11, 102.0, 2.0, True),
        (12, 101.0, 4.0, False),
    ]
    assert all_bars("1s") == [
        (MIDNIGHT, 100.0, 102.0, 100.0, 102.0, 3.0, 3, True),
        (at(1), 101.0, 101.0, 101.0, 101.0, 4.0, 1, True),
    ]
    for timeframe in ("1m", "5m", "15m", "1h"):
        (bar,) = load_bars(BTC, timeframe)
        assert (bar.start, bar.trades, bar.first_id, bar.last_id, bar.is_final) == (MIDNIGHT, 4, 10, 12, True)
        assert (bar.volume, bar.taker_buy_volume, bar.quote_volume) == (7.0, 5.0, 100.0 + 204.0 + 404.0)


def test_received_at_is_the_time_of_the_import(tmp_path: Path) -> None:
    """An old day must not be swept away by retention, which counts from there."""
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(random_ticks(1, 10))))
    (row, *_) = load_ticks(BTC, after_id=-1)
    assert row.received_at - row.traded_at > timedelta(days=365)


@pytest.fixture
def ticks() -> list[Tick]:
    """Ten minutes and a bit, from half a second past midnight on, with ids from 1 on."""
    return [floored(t) for t in random_ticks(7, 2_700, ticks_per_second=4.0) if t.traded_at < at(640)]


def floored(one: Tick) -> Tick:
    """As it is stored: to the millisecond."""
    moment = one.traded_at.replace(microsecond=one.traded_at.microsecond // 1000 * 1000)
    return dataclasses.replace(one, traded_at=moment, price=round(one.price, 8))


def test_bars_of_a_file_are_those_of_all_its_trades_at_once(tmp_path: Path, ticks: list[Tick]) -> None:
    """Several batches against one computation by pandas."""
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(ticks)))
    expected = bars_from_ticks(tick_frame(ticks), "1s")
    for timeframe in ("1s", "1m", "5m", "1h"):
        frame = expected if timeframe == "1s" else fold(expected, timeframe)
        ours = load_bars(BTC, timeframe)
        assert [bar.start for bar in ours] == list(frame.index)
        assert [bar.trades for bar in ours] == frame["trades"].tolist()
        for name in ("open", "high", "low", "close", "volume", "quote_volume", "taker_buy_volume"):
            assert [getattr(bar, name) for bar in ours] == pytest.approx(frame[name].tolist(), rel=1e-9), name


def test_half_bars_at_the_edges_of_a_file_are_not_made(tmp_path: Path, ticks: list[Tick]) -> None:
    """A name that promises no whole day: what surrounds the file nobody knows."""
    some = [t for t in ticks if at(30.5) <= t.traded_at < at(200.5)]
    imported(written(tmp_path / "some.csv", agg_trade_lines(some)), symbol=BTC)
    seconds = load_bars(BTC, "1s")
    assert (seconds[0].start, seconds[-1].start) == (at(31), at(199))
    assert [bar.start for bar in load_bars(BTC, "1m")] == [at(60), at(120)]
    assert load_bars(BTC, "5m") == []


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2]])
def test_pieces_in_any_order_make_the_bars_of_the_whole(
    tmp_path: Path, ticks: list[Tick], order: list[int]
) -> None:
    """Cut within a second and within a minute; the first and last edge stay open."""
    cuts = [0, 711, 1_233, len(ticks)]
    for piece in order:
        part = ticks[cuts[piece] : cuts[piece + 1]]
        imported(written(tmp_path / f"{piece}.csv", agg_trade_lines(part)), symbol=BTC)
    pieces = {timeframe: all_bars(timeframe) for timeframe in ("1s", "1m", "5m")}
    (stretch,) = load_stretches(BTC)
    assert (stretch.first_id, stretch.last_id) == (ticks[0].id, ticks[-1].id)
    expected = bars_from_ticks(tick_frame(ticks), "1s")
    inner = [start for start in expected.index if at(1) <= start < at(639)]
    assert [bar[0] for bar in pieces["1s"]] == inner
    assert [bar[6] for bar in pieces["1s"]] == expected.loc[inner, "trades"].tolist()
    minutes = fold(expected, "1m").loc[at(60) : at(599)]
    assert [bar[0] for bar in pieces["1m"]] == list(minutes.index)
    assert [bar[6] for bar in pieces["1m"]] == minutes["trades"].tolist()
    assert [bar[0] for bar in pieces["5m"]] == [at(300)]


def test_imported_twice_is_imported_once(tmp_path: Path, ticks: list[Tick]) -> None:
    lines = agg_trade_lines(ticks)
    first = imported(written(tmp_path / DAY_FILE, lines))
    bars = {timeframe: all_bars(timeframe) for timeframe in ("1s", "1m", "1h")}
    moved = imported(written(tmp_path / ("copy-of-" + DAY_FILE), lines))  # the same bytes elsewhere
    assert moved == load_import(first.digest, first.size)
    assert counts(moved) == counts(first)
    again = imported(written(tmp_path / DAY_FILE, [*lines, ""]))  # other bytes, the same trades
    assert counts(again) == ("done", len(ticks), 0, len(ticks), 0)
    assert {timeframe: all_bars(timeframe) for timeframe in bars} == bars
    assert len(load_ticks(BTC, after_id=-1)) == len(ticks)


def test_milliseconds_and_microseconds_give_the_same(
    tmp_path: Path, ticks: list[Tick], settings: Settings
) -> None:
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(ticks)))
    expected = (
        {t: all_bars(t) for t in ("1s", "1m", "5m")},
        [t.traded_at for t in load_ticks(BTC, after_id=-1)],
    )
    with use_settings(dataclasses.replace(settings, database=settings.database + "_us")):
        imported(written(tmp_path / "us" / DAY_FILE, agg_trade_lines(ticks, unit=1_000)))
        moments = [t.traded_at for t in load_ticks(BTC, after_id=-1)]
        found = ({t: all_bars(t) for t in ("1s", "1m", "5m")}, moments)
    assert found == expected


@pytest.mark.parametrize("pack", ["gz", "zip"])
def test_packed_files_hold_the_same(tmp_path: Path, ticks: list[Tick], pack: str) -> None:
    text = "".join(line + "\n" for line in agg_trade_lines(ticks))
    path = tmp_path / f"{DAY_FILE}.{pack}"
    if pack == "gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(DAY_FILE, text)
    row = imported(path)
    assert counts(row) == ("done", len(ticks), len(ticks), 0, 0)
    assert row.bytes_read == row.size == path.stat().st_size


def test_a_header_is_no_trade_and_futures_have_a_column_less(
    tmp_path: Path, ticks: list[Tick], settings: Settings
) -> None:
    header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    with use_settings(dataclasses.replace(settings, market="usdm")):
        row = imported(written(tmp_path / DAY_FILE, [header, *agg_trade_lines(ticks[:50], columns=7)]))
    assert counts(row) == ("done", 50, 50, 0, 0)


def test_lines_that_cannot_be_read_are_kept_with_number_and_reason(tmp_path: Path, ticks: list[Tick]) -> None:
    lines = agg_trade_lines(ticks[:10])
    lines[3] = "4,none,1.0,4,4,1723075200400,False,True"
    lines[6] = "garbage"
    lines.insert(8, "")
    row = imported(written(tmp_path / DAY_FILE, lines))
    assert counts(row) == ("done", 10, 8, 0, 2)
    kept = {message.reason.partition(":")[0]: message for message in load_quarantined()}
    assert set(kept) == {"line 4", "line 7"}
    assert kept["line 7"].raw == b"garbage"
    assert "none" in kept["line 4"].reason
    assert [(row.first_id, row.last_id) for row in load_gaps(BTC) if row.reason != EDGE_REASON] == [
        (7, 7),
        (4, 4),
    ]


def test_of_lines_that_cannot_be_read_the_first_are_kept_and_all_are_counted(
    tmp_path: Path, ticks: list[Tick], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.imports.run.KEPT_UNREADABLE", 3)
    monkeypatch.setattr("workers.imports.batches.LINES_AT_ONCE", 2)
    row = imported(written(tmp_path / DAY_FILE, [*agg_trade_lines(ticks[:2]), *["garbage"] * 5]))
    assert counts(row) == ("done", 7, 2, 0, 5)
    kept = {message.reason.partition(":")[0] for message in load_quarantined()}
    assert kept == {"line 3", "line 4", "line 5"}


def test_a_hole_of_a_file_is_on_record_and_expired_when_nobody_keeps_such_old_trades(
    tmp_path: Path, ticks: list[Tick]
) -> None:
    """One hole within a batch, one between two."""
    some = [t for t in ticks if not (100 <= t.id <= 120 or 980 <= t.id <= 1_040)]
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(some)))
    rows = {(row.first_id, row.last_id): row for row in load_gaps(BTC) if row.reason != EDGE_REASON}
    assert {key: row.state for key, row in rows.items()} == {(100, 120): "expired", (980, 1_040): "expired"}
    assert (rows[100, 120].after, rows[100, 120].before) == (ticks[98].traded_at, ticks[120].traded_at)


@pytest.mark.parametrize("state", ["open", "failed", "expired"])
def test_a_gap_that_a_file_covers_is_filled(tmp_path: Path, ticks: list[Tick], state: str) -> None:
    save_ticks([t for t in ticks[:400] if not 100 <= t.id <= 120])
    save_gaps([gap(100, 120, state=state)])
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(ticks[:400])))
    assert [row.state for row in load_gaps(BTC) if row.first_id == 100] == ["filled"]
    assert len(load_ticks(BTC, after_id=-1)) == 400


def test_a_gap_that_a_file_covers_in_part_stays_open_for_the_rest(tmp_path: Path, ticks: list[Tick]) -> None:
    save_gaps([gap(100, 120)])
    imported(written(tmp_path / DAY_FILE, agg_trade_lines(t for t in ticks[:400] if not 105 <= t.id <= 110)))
    (row,) = [row for row in load_gaps(BTC) if row.first_id == 100]
    assert (row.state, row.missing) == ("open", ((105, 110),))


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [
        (
            "A-trades-2024-08-08.csv",
            "1,9.0,1.0,9.0,1723075200000,True,True",
            "counts the ids of aggTrade",
        ),
        ("t.ndjson", '{"e":"trade","s":"A","t":1,"p":"1","q":"1","T":1723075200000,"m":true}', "holds trade"),
        ("some.csv", "1,100.0,1.0,1,1,1723075200000,True,True", "say --symbol BTCUSDT"),
        ("notes.txt", "dear diary", "it begins with b'dear diary"),
        (
            "A-3m-2024.csv",
            "1723075200000,1,1,1,1,9,1723075379999,1,79,1,1,0",
            "of a length that is not kept",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_a_sentence(
    tmp_path: Path, name: str, line: str, sentence: str
) -> None:
    row = imported(written(tmp_path / name, [line]))
    assert row.state == "failed"
    assert sentence in row.reason
    assert load_ticks(BTC, after_id=-1) == []


def test_a_file_of_another_market_is_refused(tmp_path: Path, ticks: list[Tick]) -> None:
    save_ticks([dataclasses.replace(ticks[50], price=1.0)])
    row = imported(written(tmp_path / DAY_FILE, agg_trade_lines(ticks[:100])))
    assert (row.state, row.stored) == ("failed", 0)
    assert "is another one in the database" in row.reason


def test_ids_that_do_not_count_up_with_time_are_refused(tmp_path: Path, ticks: list[Tick]) -> None:
    save_ticks([tick(50_000, second=-86_400.0)])
    row = imported(written(tmp_path / DAY_FILE, agg_trade_lines(ticks[:100])))
    assert (row.state, row.stored) == ("failed", 0)
    assert "do not count the same market" in row.reason


@pytest.fixture(autouse=True)
def _second_database(settings: Settings, mongo_client: object, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "us").mkdir()
    ensure_indexes()
    yield
    mongo_client.drop_database(settings.database + "_us")  # type: ignore[attr-defined]  # a MongoClient
