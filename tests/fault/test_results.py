"""The table of results is made of what the tests measured; one that fails leaves no row that passed."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fault.measuring import measured_commit
from tests.fault.results import Result, rows_of, table, write_results, written
from tests.fault.soak import plan_of

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
ROW = Result(
    "R2",
    "killed twice",
    "clean",
    "clean | twice\nso",
    "passed",
    "gate",
    "2026-11-22",
    "c0ffee1",
    "test_a.py::test_a",
)

CONFTEST = """
from tests.fault.measuring import measured, pytest_runtest_makereport

def pytest_addoption(parser):
    parser.addoption("--results")
"""
TEST = """
import pytest

@pytest.fixture
def world():
    assert {setup}
    yield
    assert {teardown}

def test_it(world, measured):
    assert {before}, "not noticed | at all"
    measured("R3", injected="killed", demanded="<= 5 s", found="4 s")
    assert {after}
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> "Run":
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # none is needed, and some take seconds
    pytester.makeconftest(CONFTEST)
    return Run(pytester)


class Run:
    """A test that fails where it is told to, or passes."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester

    def __call__(self, fails: str = "") -> list[tuple[str, str, str]]:
        """Run it; the number, the figure and the result of each row that is in the table then."""
        places = ("setup", "before", "after", "teardown")
        self._pytester.makepyfile(test_one=TEST.format(**{place: place != fails for place in places}))
        path = self._pytester.path / "results.md"
        outcome = self._pytester.runpytest_inprocess("--results", str(path), "-p", "no:cacheprovider")
        assert (outcome.ret == 0) == (not fails)
        return [(row.number, row.measured, row.result) for row in written(path)]


def test_a_table_can_be_read_back() -> None:
    other = replace(ROW, number="R10", measured="4.2 s")
    assert rows_of(table([other, ROW])) == [replace(ROW, measured="clean / twice so"), other]


def test_the_rows_of_a_test_take_the_place_of_its_earlier_ones_alone(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "results.md"
    other = replace(ROW, length="full", test="test_a.py::test_b")
    write_results(path, other.test, [other])
    write_results(path, ROW.test, [ROW, replace(ROW, injected="killed thrice")])
    write_results(path, ROW.test, [replace(ROW, injected="killed four times", result="FAILED")])
    assert [(row.length, row.injected) for row in written(path)] == [
        ("full", "killed twice"),
        ("gate", "killed four times"),
    ]


def test_two_who_write_at_once_lose_no_row(tmp_path: Path) -> None:
    path = tmp_path / "results.md"
    rows = [replace(ROW, test=f"test_{number}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row: write_results(path, row.test, [row]), rows))
    assert {row.test for row in written(path)} == {row.test for row in rows}


def test_a_row_names_the_commit_of_its_code(tmp_path: Path) -> None:
    assert measured_commit(tmp_path) == "-"
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "a.py").write_text("1")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("1")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], check=True)
    (tmp_path / "docs" / "a.md").write_text("2")
    measured_commit.cache_clear()
    assert re.fullmatch("[0-9a-f]{7}", measured_commit(tmp_path))
    (tmp_path / "a.py").write_text("2")
    measured_commit.cache_clear()
    assert re.fullmatch("[0-9a-f]{7}[+]", measured_commit(tmp_path))


@pytest.mark.parametrize("fails", ["setup", "before"])
def test_a_test_that_fails_before_it_measures_fails_in_the_table(run: Run, fails: str) -> None:
    assert run() == [("R3", "4 s", "passed")]
    [(number, figure, result)] = run(fails)
    assert (number, result) == ("R3", "FAILED")
    assert figure.startswith("failed before it: assert") == (fails == "setup")
    assert ("not noticed / at all" in figure) == (fails == "before")
    assert run() == [("R3", "4 s", "passed")]


@pytest.mark.parametrize("fails", ["after", "teardown"])
def test_a_test_that_fails_after_it_measured_keeps_its_figure(run: Run, fails: str) -> None:
    assert run(fails) == [("R3", "4 s", "FAILED")]


def test_one_that_never_measured_anything_is_in_the_table_too(run: Run) -> None:
    [(number, _, result)] = run("before")
    assert (number, result) == ("R?", "FAILED")


def test_every_row_is_that_of_a_test_that_is_there() -> None:
    rows = written(ROOT / "docs" / "fault-results.md")
    assert rows
    for test in {row.test.partition("[")[0] for row in rows}:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text()


def test_every_seed_of_the_soak_that_is_in_it_still_draws_these_faults() -> None:
    rows = [row for row in written(ROOT / "docs" / "fault-results.md") if row.number == "R48"]
    for row in rows:
        found = re.fullmatch(r"seed (\d+): (.*)", row.injected)
        if found:
            assert found[2] == ", ".join(strike.name for strike in plan_of(int(found[1]))), row.test
