"""Files of collectors, with ids and without, and real captures of the stream."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.captured import captured
from tests.factories import MIDNIGHT, at, random_ticks, tick
from tests.integration.imports.importing import agg_trade_lines, imported, stopped_after, written
from tests.replayed import expected_minutes, expected_trades, stored_trades
from workers.coordination.single_flight import single_flight
from workers.imports.run import FLIGHT, enqueue, work_on
from workers.settings import Settings, use_settings
from workers.store.bars import load_bars
from workers.store.cursors import load_cursor
from workers.store.gaps import load_gaps, load_unresolved_gaps, save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.quarantine import load_quarantined
from workers.store.ticks import load_ticks, save_ticks
from workers.store.watchlist import add_symbol
from workers.stream.sequence import stored_ledger

BTC = "BTCUSDT"


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


@pytest.fixture
def of_trades(settings: Settings) -> Iterator[Settings]:
    """A database that counts the ids of `trade`."""
    with use_settings(dataclasses.replace(settings, stream="trade")) as changed:
        yield changed


def line(second: float, price: float, size: float, **more: object) -> str:
    moment = at(second).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"symbol": "btcusdt", "ts": moment, "price": price, "size": size} | more)


def test_trades_without_ids_by_hand(tmp_path: Path) -> None:
    """They are numbered in order of time; what is whole is from the second after the first on."""
    lines = [line(0.5, 100.0, 1.0), line(2.0, 101.0, 2.0), line(1.0, 102.0, 4.0, side="sell")]
    lines.append(line(3.1, 9.0, 1.0))
    row = imported(written(tmp_path / "ticks.ndjson", lines))
    assert (row.state, row.rows, row.stored, row.quarantined) == ("done", 4, 4, 0)
    assert [(t.id, t.price, t.traded_at, t.buyer_is_maker) for t in load_ticks(BTC, after_id=-1)] == [
        (1, 100.0, at(0.5), False),
        (2, 102.0, at(1.0), True),
        (3, 101.0, at(2.0), False),
        (4, 9.0, at(3.1), False),
    ]
    assert [(b.start, b.close, b.volume) for b in load_bars(BTC, "1s")] == [
        (at(1), 102.0, 4.0),
        (at(2), 101.0, 2.0),
    ]


def test_a_later_file_without_ids_goes_on_and_repeats_are_told_by_their_time(tmp_path: Path) -> None:
    first = [line(second, 100.0 + second, 1.0) for second in range(10)]
    later = [line(second, 100.0 + second, 1.0) for second in range(6, 20)]
    imported(written(tmp_path / "1.ndjson", first))
    row = imported(written(tmp_path / "2.ndjson", later))
    assert (row.state, row.stored, row.repeats) == ("done", 10, 4)
    ticks = load_ticks(BTC, after_id=-1)
    assert [(t.id, t.traded_at) for t in ticks] == [(n + 1, at(n)) for n in range(20)]
    assert [b.start for b in load_bars(BTC, "1s")] == [at(n) for n in range(1, 19)]


def test_an_earlier_file_without_ids_is_refused(tmp_path: Path) -> None:
    imported(written(tmp_path / "2.ndjson", [line(60, 100.0, 1.0)]))
    row = imported(written(tmp_path / "1.ndjson", [line(0, 100.0, 1.0)]))
    assert row.state == "failed"
    assert "import such files in order of time" in row.reason


@pytest.mark.parametrize("ids_first", [True, False])
def test_numbers_of_our_own_and_ids_of_the_exchange_do_not_mix(tmp_path: Path, ids_first: bool) -> None:
    files = [
        written(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(1, 5))),
        written(tmp_path / "ticks.ndjson", [line(500, 100.0, 1.0)]),
    ]
    one, two = files if ids_first else files[::-1]
    assert imported(one).state == "done"
    row = imported(two)
    assert (row.state, row.stored) == ("failed", 0)
    assert "ids" in row.reason


def test_a_stopped_file_without_ids_gives_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.imports.batches.LINES_AT_ONCE", 4)
    path = written(tmp_path / "t.ndjson", [line(n / 2, 100.0, 1.0) for n in range(11)])
    with single_flight(FLIGHT) as flight:
        assert work_on(enqueue(path, {}), flight, is_stopped=stopped_after(2)).rows == 8
    assert imported(path).stored == 11
    ticks = load_ticks(BTC, after_id=-1)
    assert [(t.id, t.traded_at) for t in ticks] == [(n + 1, at(n / 2)) for n in range(11)]


def test_a_collector_s_line_that_cannot_be_read_is_kept(tmp_path: Path) -> None:
    undated = '{"symbol":"btcusdt","ts":"yesterday","price":1,"size":1}'
    lines = [line(0, 100.0, 1.0), undated, "{", line(1, -1, 1)]
    row = imported(written(tmp_path / "t.ndjson", lines))
    assert (row.stored, row.quarantined) == (1, 3)
    reasons = sorted(message.reason for message in load_quarantined())
    assert [reason[:13] for reason in reasons] == ["line 2: ts: e", "line 3: not J", "line 4: price"]


def message(id: int, price: str) -> str:
    """A futures trade as a recorder wrote it down."""
    trade = {"e": "aggTrade", "E": 1723075200100, "s": BTC, "a": id, "p": price, "q": "2", "f": 1, "l": 1}
    combined = {"stream": "btcusdt@aggTrade", "data": trade | {"T": 1723075200000 + 100 * id, "m": True}}
    return f"1723075200.2: {json.dumps(combined)}"


def test_messages_of_the_stream_and_what_else_is_in_the_file(tmp_path: Path) -> None:
    """Placeholders of futures take an id without being a trade; order books are passed over."""
    lines = [
        "wss://example/stream <-> 1723075200.1",
        message(1, "10.0"),
        '1723075200.2: {"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","a":"2"}}',
        message(2, "0"),
        message(3, "11.0"),
        "",
    ]
    row = imported(written(tmp_path / "capture.txt", lines))
    assert (row.state, row.rows, row.stored, row.passed_over, row.quarantined) == ("done", 5, 2, 3, 0)
    assert [t.id for t in load_ticks(BTC, after_id=-1)] == [1, 3]
    assert load_unresolved_gaps(BTC) == []


def test_a_real_capture_is_stored_trade_by_trade(
    of_trades: Settings, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    """BTCUSDT of 2024-08-08, the second half first; every trade and every whole minute."""
    for day in ("20240809", "20240808"):
        row = imported(captured(f"captures/spot/BTCUSDT-spot-ws-{day}.txt.gz"))
        assert (row.state, row.quarantined) == ("done", 0)
    assert stored_trades(mongo_client[of_trades.database], BTC) == expected_trades(BTC)
    minutes = expected_minutes(BTC)[1:-1]  # the first and the last are in part only
    stored = load_bars(BTC, "1m")
    assert [bar.start for bar in stored] == [row["start"] for row in minutes]
    for name in ("open", "high", "low", "close", "trades"):
        assert [getattr(bar, name) for bar in stored] == [row[name] for row in minutes], name
    assert [bar.volume for bar in stored] == pytest.approx([row["volume"] for row in minutes], rel=1e-9)
    assert all(bar.is_final for bar in stored)


def test_a_table_with_a_header_is_read_by_its_names(
    of_trades: Settings, mongo_client: MongoClient[dict[str, Any]]
) -> None:
    row = imported(captured("captures/spot/expected/ETHUSDT-spot-trades.csv.gz"), symbol="ethusdt")
    assert (row.state, row.stored, row.quarantined) == ("done", 14_515, 0)
    assert stored_trades(mongo_client[of_trades.database], "ETHUSDT") == expected_trades("ETHUSDT")


def test_real_futures_of_four_symbols() -> None:
    row = imported(captured("captures/examples/binance-usdm-futures-ws-20210722.txt"))
    assert (row.state, row.rows, row.stored, row.quarantined) == ("done", 1_536, 91, 0)
    symbols = ("SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT")
    assert sum(len(load_ticks(symbol, after_id=-1)) for symbol in symbols) == 91


def test_what_is_captured_after_an_import_does_not_take_the_years_between_for_a_loss(tmp_path: Path) -> None:
    imported(written(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(1, 50))))
    ledger = stored_ledger(BTC)
    assert ledger.last_id == 50
    ledger.see(9_000_000, MIDNIGHT + timedelta(days=800))
    save_gaps(ledger.take_changes(MIDNIGHT + timedelta(days=800)))
    assert load_unresolved_gaps(BTC) == []
    assert [(row.first_id, row.state) for row in load_gaps(BTC)] == [(51, "expired")]


def test_a_second_file_moves_the_edge_on(tmp_path: Path) -> None:
    ticks = random_ticks(1, 90)
    imported(written(tmp_path / "1.csv", agg_trade_lines(ticks[:50])), symbol=BTC)
    imported(written(tmp_path / "2.csv", agg_trade_lines(ticks[50:])), symbol=BTC)
    assert [(row.first_id, row.state) for row in load_gaps(BTC)] == [(91, "expired")]
    cursor = load_cursor(BTC)
    assert cursor is not None
    assert cursor.last_id == 90


def test_real_trades_stay_out_of_a_simulated_market(tmp_path: Path, settings: Settings) -> None:
    """Symbols it does not trade are nobody's, and free."""
    path = written(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(1, 5)))
    save_ticks([tick(1, symbol="ETHUSDT")])
    add_symbol(BTC)
    row = imported(path)
    assert (row.state, row.stored) == ("failed", 0)
    assert "holds a simulated market that trades BTCUSDT" in row.reason
    assert imported(path, synthetic=True).stored == 5
