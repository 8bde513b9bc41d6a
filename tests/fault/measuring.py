"""What a fault test measured, noted for the table of results; the outcome is that of the test."""

import subprocess
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.fault.results import Result, write_results, written

NOTED = pytest.StashKey[list[Result]]()  # of a test
UNKNOWN = "R?"  # the number of a test that has never measured anything
REASON_LENGTH = 120
ROOT = Path(__file__).resolve().parents[2]


class Measured:
    """measured("R10", injected="...", demanded="<= 30 s", found="4.2 s")."""

    def __init__(self, item: pytest.Item) -> None:
        self._item = item
        self._rows = item.stash.setdefault(NOTED, [])

    def __call__(self, number: str, *, injected: str, demanded: str, found: str) -> None:
        """Note a figure; say it too."""
        print(f"{number} {injected}: demanded {demanded}; measured {found}")
        self._rows.append(_row(self._item, number, injected, demanded, found))


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Notes what this test measured."""
    return Measured(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Writes the rows of a test with its outcome, when the table was asked for; at once, so that a run
    that is interrupted keeps them."""
    report = yield
    path, noted = item.config.getoption("--results"), item.stash.get(NOTED, [])
    if path and "measured" in getattr(item, "fixturenames", ()):
        if report.failed and call.excinfo is not None:
            reason = call.excinfo.exconly(tryshort=True).partition("\n")[0][:REASON_LENGTH]
            write_results(Path(path), item.nodeid, _failed(item, Path(path), noted, reason))
        elif report.when == "call" and report.passed:
            write_results(Path(path), item.nodeid, noted)
    return report


def _failed(item: pytest.Item, path: Path, noted: Sequence[Result], reason: str) -> list[Result]:
    """The rows of a test that failed: what it noted, and what it came to in earlier runs alone."""
    known = {row.key for row in noted}
    earlier = [row for row in written(path) if row.test == item.nodeid and row.key not in known]
    if not noted and not earlier:
        earlier = [_row(item, UNKNOWN, item.name, "", "")]
    today = _row(item, "", "", "", "").date
    missed = [replace(row, measured=f"failed before it: {reason}", date=today) for row in earlier]
    return [replace(row, result="FAILED") for row in (*noted, *missed)]


def _row(item: pytest.Item, number: str, injected: str, demanded: str, found: str) -> Result:
    length = "full" if item.get_closest_marker("soak") else "gate"
    today = datetime.now(UTC).date().isoformat()
    return Result(number, injected, demanded, found, "passed", length, today, measured_commit(), item.nodeid)


@cache
def measured_commit(root: Path = ROOT) -> str:
    """The commit of the code, with a + when it has changed since; - where there is no history."""
    git = ["git", "-C", str(root)]
    found = subprocess.run([*git, "rev-parse", "--short=7", "HEAD"], capture_output=True, text=True)
    if found.returncode:
        return "-"
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", ".", ":!docs", ":!README.md"])
    return found.stdout.strip() + ("+" if changed.returncode else "")
