"""An import that is stopped, cancelled or killed goes on where it was, and nothing is done twice."""

import gzip
from pathlib import Path

import pytest

from tests.factories import random_ticks
from tests.integration.imports.importing import agg_trade_lines, imported, written
from workers.coordination.single_flight import single_flight
from workers.imports import run
from workers.imports.run import FLIGHT, enqueue, work_on
from workers.settings import Settings
from workers.store.bars import load_bars
from workers.store.imports import FileImport, load_import, load_imports, want_cancelled
from workers.store.indexes import ensure_indexes
from workers.store.ticks import load_ticks
from workers.tasks.imports import run_imports

BTC = "BTCUSDT"
TRADES = 3_000


@pytest.fixture
def day(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of six batches."""
    monkeypatch.setattr("workers.imports.batches.LINES_AT_ONCE", 500)
    ensure_indexes()
    return written(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(5, TRADES)))


def stopped_in_the_middle(path: Path) -> FileImport:
    """Three batches in, the process is gone: nobody notes anything."""
    batches = iter(range(3))

    def die(row: FileImport) -> None:
        if next(batches, None) == 2:
            raise KeyboardInterrupt

    row = enqueue(path, {})
    with single_flight(FLIGHT) as flight, pytest.raises(KeyboardInterrupt):
        work_on(row, flight, tell=die)
    return load_import(row.digest, row.size) or row


def is_whole() -> bool:
    bars = load_bars(BTC, "1s")
    return len(load_ticks(BTC, after_id=-1)) == TRADES == sum(bar.trades for bar in bars)


def test_a_killed_import_goes_on_from_its_last_commit(day: Path) -> None:
    killed = stopped_in_the_middle(day)
    assert (killed.state, killed.rows, killed.stored) == ("running", 1_500, 1_500)
    row = imported(day)
    assert (row.state, row.rows, row.stored, row.repeats) == ("done", TRADES, TRADES, 0)
    assert is_whole()


def test_a_batch_that_was_stored_but_not_noted_is_repeated_without_harm(
    day: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advanced = run._advanced

    def die(row: FileImport, *rest: object) -> FileImport:
        if row.rows == 1_000:
            raise KeyboardInterrupt
        return advanced(row, *rest)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(run, "_advanced", die)
    row = enqueue(day, {})
    with single_flight(FLIGHT) as flight, pytest.raises(KeyboardInterrupt):
        work_on(row, flight)
    assert len(load_ticks(BTC, after_id=-1)) == 1_500
    monkeypatch.setattr(run, "_advanced", advanced)
    row = imported(day)
    assert (row.state, row.rows, row.stored, row.repeats) == ("done", TRADES, TRADES - 500, 500)
    assert is_whole()


def test_the_scheduled_task_goes_on_with_what_was_killed(day: Path) -> None:
    killed = stopped_in_the_middle(day)
    run_imports()
    row = load_import(killed.digest, killed.size)
    assert row is not None
    assert row.state == "done"
    assert is_whole()


def test_cancelled_it_stops_and_later_goes_on(day: Path) -> None:
    row = enqueue(day, {})
    with single_flight(FLIGHT) as flight:
        row = work_on(row, flight, tell=want_cancelled)
    assert (row.state, row.rows) == ("cancelled", 500)
    run_imports()
    assert len(load_ticks(BTC, after_id=-1)) == 500  # what is cancelled stays so
    assert imported(day).state == "done"
    assert is_whole()


def test_a_packed_file_goes_on_in_its_middle(day: Path) -> None:
    packed = day.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(day.read_bytes()))
    stopped_in_the_middle(packed)
    assert imported(packed).stored == TRADES
    assert is_whole()


def test_another_file_at_the_same_place_is_not_taken_for_the_one_that_was_begun(day: Path) -> None:
    stopped_in_the_middle(day)
    day.write_text("10,100.0,1.0,10,10,1723075200000,True,True\n")
    run_imports()
    (row,) = load_imports()
    assert row.state == "failed"
    assert "is another file" in row.reason


def test_while_one_imports_another_does_not(day: Path) -> None:
    enqueue(day, {})
    with single_flight(FLIGHT) as flight:
        assert flight.won
        run_imports()
    assert load_ticks(BTC, after_id=-1) == []
