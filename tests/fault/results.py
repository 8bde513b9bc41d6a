"""The table of what was injected, what was demanded and what was measured, made by the tests themselves.

    pytest tests/fault --results docs/fault-results.md

The rows of a test take the place of all that it wrote in earlier runs, whatever these say; a test that fails
before it has measured anything says so in them. Without the option nothing is written.
"""

import fcntl
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

HEADING = """\
# Results of the fault tests

Written by the tests (`make fault-results`; `make soak` adds the full lengths). R1 to R33 and the seeds of R48
end by comparing what is stored with what the exchange traded: each trade and each bar. Trades alone are
compared in R9, R16, the gate's R4 and R3 under load, where no bars are built. Rows that say that trades are
missing, or none, compare just that. Nothing is compared in those that say (no audit), and in what pages,
doors and jobs do (R34 to R47).

Gate: the short form that `make test` runs, with waiting times of the product shortened about tenfold and the
figures demanded with them; full: the length of `make soak`. Commit: of the code that was measured, with a +
where that had changed since.
"""
COLUMNS = ("No.", "injected", "demanded", "measured", "result", "length", "date", "commit", "test")
NUMBER = re.compile(r"R(\d+)(.*)")


@dataclass(frozen=True, slots=True)
class Result:
    """One row."""

    number: str  # R1 ... R48
    injected: str
    demanded: str
    measured: str
    result: str  # passed, FAILED
    length: str  # gate, full
    date: str
    commit: str  # of the code; a + behind it when that has changed since
    test: str  # that measured it: `pytest <this>` does it again

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.number, self.injected


def table(rows: Iterable[Result]) -> str:
    """The document.

    >>> row = Result("R9", "a byte flipped", "none lost", "0", "passed", "gate", "2026-11-22", "c0ffee", "x")
    >>> print(table([row]).splitlines()[-1])
    | R9 | a byte flipped | none lost | 0 | passed | gate | 2026-11-22 | c0ffee | x |
    """
    head = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    body = [_line([getattr(row, field.name) for field in fields(row)]) for row in sorted(rows, key=_place)]
    return "\n".join([HEADING, *head, *body, ""])


def rows_of(text: str) -> list[Result]:
    """The rows of a document that `table` wrote."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| R")]
    return [Result(*cells) for cells in lines if len(cells) == len(COLUMNS)]


def written(path: Path) -> list[Result]:
    """The rows that a file holds; none when there is no file."""
    return rows_of(path.read_text()) if path.exists() else []


def write_results(path: Path, test: str, rows: Iterable[Result]) -> None:
    """Put the rows of a test into the document, in place of all it wrote before; one process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        kept = [row for row in written(path) if row.test != test]
        path.write_text(table([*kept, *rows]))
    finally:
        os.close(folder)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"


def _place(row: Result) -> tuple[int, str, str, str]:
    found = NUMBER.match(row.number)
    return (int(found[1]) if found else 0, row.number, row.length, row.injected)
