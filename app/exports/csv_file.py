"""A table as CSV: a note in lines that begin with #, a head, and rows.

Text that a spreadsheet would take for a formula gets an apostrophe in front;
numbers stay what they are.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime

import orjson

from app.exports.table import Column, Row, Table
from workers.messages.times import iso

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def csv_file(table: Table, *, with_note: bool) -> Iterator[bytes]:
    """The file, page by page."""
    if with_note:
        yield _note(table)
    yield _lines([[safe_cell(column.name) for column in table.columns]])
    for page in table.pages:
        yield _lines([_cells(row, table.columns) for row in page])


def safe_cell(text: str) -> str:
    """Text no spreadsheet computes.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell(" @SUM(A1)"), safe_cell("BTCUSDT")
    ("'=HYPERLINK(1)", "' @SUM(A1)", 'BTCUSDT')
    """
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_SIGNS) else text


def _note(table: Table) -> bytes:
    lines = [
        f"# {name}: {value if isinstance(value, str) else orjson.dumps(value).decode()}"
        for name, value in table.note().items()
        if value not in ("", None)
    ]
    return "".join(line.replace("\r", " ").replace("\n", " ") + "\n" for line in lines).encode()


def _cells(row: Row, columns: Sequence[Column]) -> list[object]:
    return [_cell(value, column) for value, column in zip(row, columns, strict=True)]


def _cell(value: object, column: Column) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell(str(value)) if column.kind == "text" else value


def _lines(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
