"""What a fault test measured, noted for the table of results; the outcome is that of the test."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fault.results import Result, write_results

NOTED = pytest.StashKey[list[Result]]()  # of a test


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
    """Writes the rows of a test with its outcome, when the table was asked for; at once, so that a run
    that is interrupted keeps them."""
    report = yield
    path, rows = item.config.getoption("--results"), item.stash.get(NOTED, [])
    if report.when == "call" and path and rows:
        outcome = "passed" if report.passed else "FAILED"
        write_results(Path(path), [replace(row, result=outcome) for row in rows])
    return report
