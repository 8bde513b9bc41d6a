"""What a file would bring, told from its first lines; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from analytics.records.market import Bar, Tick
from workers.binance.errors import MalformedMessage
from workers.imports.errors import ImportRefused
from workers.imports.formats import Format, ImportOptions, Row, format_of
from workers.imports.opened import opened
from workers.imports.time_units import unit_reader
from workers.imports.warnings import obstacle, warnings

READ_BYTES = 256 << 10  # unpacked
LAST_BYTES = 64 << 10
SHOWN_ROWS = 12
SHOWN_UNREADABLE = 20
SHOWN_LETTERS = 200  # of a line


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that would go into quarantine."""

    line: int
    reason: str
    text: str


@dataclass(slots=True)
class Beginning:
    """The first lines of a file, read."""

    rows: list[Tick | Bar] = field(default_factory=list)
    unreadable: list[UnreadableLine] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)  # unit of the times -> first line
    lines: int = 0
    passed_over: int = 0  # hold neither a trade nor a kline
    is_whole: bool = False  # the file has no more


@dataclass(frozen=True, slots=True)
class Preview:
    """What a person is shown before anything is stored."""

    format: Format
    beginning: Beginning
    symbols: Sequence[str]
    since: datetime | None  # of the rows that were read
    until: datetime | None  # of the last row of the file; None where it cannot be read without all before
    warnings: Sequence[str]
    obstacle: str  # why it would be refused; "" where nothing is known that speaks against it
    synthetic_helps: bool  # it would be taken, were it said to be recorded from this simulated market


def preview_of(path: Path, options: Mapping[str, str | bool | None]) -> Preview:
    """What is in a file, and whether it fits.

    Raises
    ------
    ImportRefused
        It is not understood: the format is not known, or no row can be read.
    """
    format = format_of(path, ImportOptions.of(options))
    beginning = _beginning(path, format)
    if not beginning.rows and not beginning.passed_over:
        raise ImportRefused(_nothing_readable(path, beginning))
    rows = sorted(beginning.rows, key=moment_of_row)
    last = moment_of_row(rows[-1]) if rows and beginning.is_whole else _last_moment(path, format)
    refusal, synthetic_helps = obstacle(beginning.rows, is_synthetic=bool(options.get("synthetic")))
    return Preview(
        format,
        beginning,
        sorted({row.symbol for row in rows}),
        moment_of_row(rows[0]) if rows else None,
        last,
        warnings(beginning.rows, beginning.units, last),
        refusal,
        synthetic_helps,
    )


def moment_of_row(row: Tick | Bar) -> datetime:
    """When it was traded, or its bar began."""
    return row.traded_at if isinstance(row, Tick) else row.start


def _beginning(path: Path, format: Format) -> Beginning:
    found, now, unit = Beginning(), datetime.now(UTC), unit_reader(format)
    with opened(path, most_bytes=READ_BYTES) as file:
        while line := file.line():
            found.lines += 1
            if found.lines > format.header_lines and line.strip():
                row = _noted(found, line, format, now)
                if isinstance(row, Tick | Bar):
                    found.units.setdefault(unit(line) or "unknown", found.lines)
        found.is_whole = file.offset < READ_BYTES
    return found


def _noted(found: Beginning, line: bytes, format: Format, now: datetime) -> Row | None:
    try:
        row = format.parse(line, now)
    except MalformedMessage as problem:
        text = line[:SHOWN_LETTERS].decode("utf-8", "replace").rstrip()
        found.unreadable.append(UnreadableLine(found.lines, str(problem), text))
        return None
    if isinstance(row, Tick | Bar):
        found.rows.append(row)
    else:
        found.passed_over += 1
    return row


def _nothing_readable(path: Path, beginning: Beginning) -> str:
    if not beginning.unreadable:
        return f"{path}: line {beginning.lines}: expected a row below the header, but the file ends there"
    first = beginning.unreadable[0]
    count = len(beginning.unreadable)
    others = f"; none of its first {count} rows can be read" if count > 1 else ""
    return f"{path}: line {first.line}: {first.reason}{others}"


def _last_moment(path: Path, format: Format) -> datetime | None:
    """Of the last line that can be read, where the file is not packed."""
    with path.open("rb") as file:
        if file.read(2) in (b"\x1f\x8b", b"PK"):
            return None
        file.seek(max(0, path.stat().st_size - LAST_BYTES))
        lines = file.read(LAST_BYTES).splitlines()[1:]
    scratch = Beginning()
    for line in reversed(lines):
        row = _noted(scratch, line, format, datetime.now(UTC)) if line.strip() else None
        if isinstance(row, Tick | Bar):
            return moment_of_row(row)
    return None
