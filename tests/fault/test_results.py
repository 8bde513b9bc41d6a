"""The table of results is made of what the tests measured, and keeps the rows of other runs."""

from dataclasses import replace
from pathlib import Path

from tests.fault.results import Result, rows_of, table, write_results

ROW = Result("R2", "killed twice", "clean", "clean | twice\nso", "passed", "gate", "2026-11-22")


def test_a_table_can_be_read_back() -> None:
    other = replace(ROW, number="R10", measured="4.2 s")
    assert rows_of(table([other, ROW])) == [replace(ROW, measured="clean / twice so"), other]


def test_a_row_takes_the_place_of_its_earlier_self_alone(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "results.md"
    full = replace(ROW, length="full")
    write_results(path, [ROW, full])
    write_results(path, [replace(ROW, measured="worse", result="FAILED")])
    assert [(row.length, row.measured) for row in rows_of(path.read_text())] == [
        ("full", "clean / twice so"),
        ("gate", "worse"),
    ]
