"""Lines of a file -> batches of rows, with what could not be read."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from analytics.records.market import Bar, Tick
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Placeholder
from workers.imports.formats import Format
from workers.imports.opened import OpenedFile
from workers.store.quarantine import Quarantined

LINES_AT_ONCE = 20_000
BYTES_AT_ONCE = 16 << 20


@dataclass(slots=True)
class RowBatch:
    """Rows of some lines, by symbol."""

    ticks: dict[str, list[Tick]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, list[Placeholder]] = field(default_factory=lambda: defaultdict(list))
    bars: list[Bar] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    lines: int = 0
    rows: int = 0
    passed_over: int = 0


def read_batch(file: OpenedFile, format: Format, *, digest: str, first_line: int) -> RowBatch:
    """The next rows of a file; one without lines is its end.

    `digest` is that of its content, `first_line` how many lines came before.
    """
    batch, received_at = RowBatch(), datetime.now(UTC)
    received_at = received_at.replace(microsecond=received_at.microsecond // 1000 * 1000)
    begin, number = file.offset, first_line
    while number - first_line < LINES_AT_ONCE and file.offset - begin < BYTES_AT_ONCE:
        line = file.line()
        if not line:
            break
        number += 1
        if number > format.header_lines and line.strip():
            batch.rows += 1
            _read(batch, line, f"{digest}:{number}", format, received_at)
    batch.lines = number - first_line
    return batch


def _read(batch: RowBatch, line: bytes, place: str, format: Format, received_at: datetime) -> None:
    try:
        row = format.parse(line, received_at)
    except MalformedMessage as problem:
        reason = f"line {place.rpartition(':')[2]}: {problem}"
        batch.quarantined.append(Quarantined(received_at, reason, line.rstrip(b"\r\n"), place))
        return
    if isinstance(row, Tick):
        batch.ticks[row.symbol].append(row)
    elif isinstance(row, Bar):
        batch.bars.append(row)
    else:
        batch.passed_over += 1
        if isinstance(row, Placeholder):
            batch.taken[row.symbol].append(row)
