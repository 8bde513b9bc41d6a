"""A table as JSON: {"note": {...}, "columns": [...], "rows": [{...}, ...]}."""

from collections.abc import Iterator
from datetime import datetime

import orjson

from app.exports.table import Table
from workers.messages.times import iso


def json_file(table: Table, *, with_note: bool) -> Iterator[bytes]:
    """The file, page by page."""
    names = [column.name for column in table.columns]
    head = ({"note": table.note()} if with_note else {}) | {"columns": names}
    yield orjson.dumps(head)[:-1] + b',"rows":['
    between = b""
    for page in table.pages:
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in page]
        if rows:
            yield between + orjson.dumps(rows)[1:-1]
            between = b","
    yield b"]}"


def _plain(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value
