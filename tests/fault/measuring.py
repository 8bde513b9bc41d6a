"""What a fault test measured, noted for the table of results; the outcome is that of the test."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fault.results import Result, write_results

NOTED = pytest.StashKey[list[Result]]()  # of a test
FINISHED = pytest.StashKey[list[Result]]()  # of a run


class Measured:
    """measured("R10", injected="...", demanded="<= 30 s", found="4.2 s")."""

    def __init__(self, item: pytest.Item) -> None:
        self._rows = item.stash.setdefault(NOTED, [])
        self._length = "full" if item.get_closest_marker("soak") else "gate"

    def __call__(self, number: str, *, injected: str, demanded: str, found: str) -> None:
        """Note a figure; say it too."""
        print(f"{number} {injected}: demanded {demanded}; measured {found}")
        today = datetime.now(UTC).date().isoformat()
        self._rows.append(Result(number, injected, demanded, found, "passed", self._length, today))


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Notes what this test measured."""
    return Measured(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keeps the rows of a test with its outcome."""
    report = yield
    if report.when == "call":
        outcome = "passed" if report.passed else "FAILED"
        rows = [replace(row, result=outcome) for row in item.stash.get(NOTED, [])]
        item.session.config.stash.setdefault(FINISHED, []).extend(rows)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the table when it was asked for."""
    path, rows = session.config.getoption("--results"), session.config.stash.get(FINISHED, [])
    if path and rows:
        write_results(Path(path), rows)
