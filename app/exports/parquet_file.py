"""A table as Parquet: one group of rows a page, the note among the file's own words under `gemscap`.

pyarrow is loaded when the first such file is asked for: the web has no other use for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from app.exports.table import Kind, Table

if TYPE_CHECKING:
    import pyarrow


class _Sent:
    """What the writer has written and nobody has taken yet."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, part: Any) -> int:  # Any: whatever pyarrow holds bytes in
        self._parts.append(bytes(part))
        self._length += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._length

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self.closed = True

    def taken(self) -> bytes:
        """What has come since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def parquet_file(table: Table, *, with_note: bool) -> Iterator[bytes]:
    """The file, page by page."""
    import pyarrow
    import pyarrow.parquet

    note = {"gemscap": orjson.dumps(table.note())} if with_note else {}
    schema = _schema(table).with_metadata(note)
    sink = _Sent()
    with pyarrow.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for page in table.pages:
            if page:
                columns = [list(column) for column in zip(*page, strict=True)]
                arrays = [
                    pyarrow.array(values, field.type) for values, field in zip(columns, schema, strict=True)
                ]
                writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
                yield sink.taken()
    yield sink.taken()


def _schema(table: Table) -> "pyarrow.Schema":
    import pyarrow

    kinds: dict[Kind, Any] = {  # Any: pyarrow's types
        "text": pyarrow.string(),
        "number": pyarrow.float64(),
        "whole": pyarrow.int64(),
        "flag": pyarrow.bool_(),
        "moment": pyarrow.timestamp("ms", tz="UTC"),
    }
    return pyarrow.schema([(column.name, kinds[column.kind]) for column in table.columns])
