"""Files of rows: CSV or NDJSON, plain or gzip."""

import csv
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

SUFFIXES = (".csv", ".ndjson", ".csv.gz", ".ndjson.gz")

Row = dict[str, object]
Write = Callable[[Sequence[Row]], None]


def kind_of(path: Path) -> str:
    """The ending that says what is in a file; "" when it says nothing.

    >>> kind_of(Path("bars.csv.gz")), kind_of(Path("bars.xls"))
    ('.csv.gz', '')
    """
    found = [suffix for suffix in SUFFIXES if path.name.lower().endswith(suffix)]
    return max(found, key=len, default="")


@contextmanager
def opened_rows(path: Path, kind: str, columns: Sequence[str]) -> Iterator[Write]:
    """How to write rows into a new file."""
    with _opened(path, packed=kind.endswith(".gz")) as file:
        yield _csv(file, columns) if kind.startswith(".csv") else _ndjson(file, columns)


def _opened(path: Path, *, packed: bool) -> IO[str]:
    return gzip.open(path, "xt", encoding="utf-8", newline="") if packed else path.open("x", newline="")


def _csv(file: IO[str], columns: Sequence[str]) -> Write:
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    return writer.writerows


def _ndjson(file: IO[str], columns: Sequence[str]) -> Write:
    def write(rows: Sequence[Row]) -> None:
        file.writelines(json.dumps({name: row[name] for name in columns}) + "\n" for row in rows)

    return write
