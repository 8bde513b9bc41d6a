"""Which format a file has, told from its content, and what reads its lines.

| first line that is no header                          | format                                     |
|-------------------------------------------------------|--------------------------------------------|
| `{"symbol":"btcusdt","ts":...,"price":...}`           | NDJSON of a collector                      |
| `{"e":"trade",...}`, `{"stream":...}`, both also behind a time of arrival | messages of the stream |
| `3735683259,61837.63,...`                             | archive: aggTrades, trades or klines       |
| any, below a header like `ts,price,size`              | CSV of a collector                         |

The file's name supplies symbol, timeframe and span where the content has none; options go before both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from analytics.records.market import Bar, Tick
from analytics.timeframes import SECONDS, TIMEFRAMES
from workers.binance.archive import (
    COLUMNS,
    ArchiveKind,
    ArchiveName,
    archive_name,
    is_header,
    kind_of_row,
    row_parser,
    row_timeframe,
)
from workers.binance.feed import Placeholder
from workers.imports.collector import collected_tick, has_trade_columns
from workers.imports.errors import ImportRefused, SymbolMissing
from workers.imports.messages import kinds_in, message_parser
from workers.imports.opened import opened
from workers.settings import load_settings

Row = Tick | Placeholder | Bar
HEAD_LINES = 500
HEAD_BYTES = 4 << 20  # unpacked
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What a user said about a file; None: as the file says."""

    symbol: str | None = None
    kind: ArchiveKind | None = None
    timeframe: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, str | bool | None]) -> "ImportOptions":
        """Those of the options of an import that say how its file is read."""
        given = {name: options.get(name) for name in cls.__dataclass_fields__}
        return cls(**given)  # type: ignore[arg-type]  # as they were put in


@dataclass(frozen=True, slots=True)
class Format:
    """How the lines of a file are read."""

    name: str  # for people
    kind: ArchiveKind | None  # None: the rows have no ids, so of which kind they are does not show
    parse: Callable[[bytes, datetime], Row | None]  # None: a line that is neither trade nor kline
    header_lines: int = 0
    columns: tuple[str, ...] = ()  # where the rows are a table
    since: datetime | None = None  # the span that the file holds whole, where its name says so
    until: datetime | None = None


def format_of(path: Path, options: ImportOptions) -> Format:
    """The format of a file, once it is sure that it fits this database.

    Raises
    ------
    ImportRefused
        The format is not known, or the rows count something else than this database's ticks.
    """
    head = _head(path)
    number, first = next(((at, line) for at, line in enumerate(head, 1) if line.strip()), (1, b""))
    if first.lstrip(BOM + b" ").startswith(b"{") or kinds_in(head) is not None:
        return _of_json(path, head, options)
    named = archive_name(path.name)
    header_lines = int(is_header(first))
    rows = [line for line in head[header_lines:] if kind_of_row(line) is not None]
    if rows:
        return _of_archive(path, rows[0], header_lines, named, options)
    columns = [cell.strip() for cell in first.lstrip(BOM).decode("utf-8", "replace").split(",")]
    if has_trade_columns(columns):
        return _of_columns(path, columns, named, options)
    raise ImportRefused(
        f"{path}: line {number}: expected NDJSON of a collector, messages of the stream, or a CSV of the "
        "archive (aggTrades, trades, klines) or of a collector below a header like ts,price,size; "
        f"it begins with {first[:60]!r}"
    )


def _head(path: Path) -> list[bytes]:
    with opened(path, most_bytes=HEAD_BYTES) as file:
        return list(islice(iter(file.line, b""), HEAD_LINES))


def _of_json(path: Path, head: list[bytes], options: ImportOptions) -> Format:
    kinds = kinds_in(head) or frozenset()
    wanted = load_settings().stream
    if kinds and wanted not in kinds:
        raise ImportRefused(_wrong_kind(path, " and ".join(sorted(kinds))))
    name = "messages of the stream" if kinds else "NDJSON of a collector"
    refusal = None if wanted in kinds else _wrong_kind(path, "trades of another kind")
    parse = message_parser(wanted, refusal=refusal, symbol=options.symbol)
    return Format(name, wanted if kinds else None, parse)


def _of_archive(
    path: Path, row: bytes, header_lines: int, named: ArchiveName | None, options: ImportOptions
) -> Format:
    found = kind_of_row(row)
    assert found is not None  # the row was chosen for it
    kind, market = found
    if options.kind is not None and options.kind != kind:
        raise ImportRefused(f"{path}: {options.kind} was asked for, but its rows are of {kind}")
    settings = load_settings()
    if kind != "kline" and kind != settings.stream:
        raise ImportRefused(_wrong_kind(path, kind))
    if market is not None and market != settings.market:
        raise ImportRefused(
            f"{path}: its rows are of the {market} market, the database {settings.database} is of "
            f"{settings.market}"
        )
    timeframe = _timeframe(path, row, options) if kind == "kline" else None
    symbol = _symbol(path, named, options)
    span = (named.since, named.until) if named and named.kind == kind else (None, None)
    columns = COLUMNS[kind][: row.count(b",") + 1]
    parse = row_parser(kind, symbol, timeframe)
    return Format(f"archive of {kind}", kind, parse, header_lines, columns, *span)


def _of_columns(path: Path, columns: list[str], named: ArchiveName | None, options: ImportOptions) -> Format:
    given = {} if "symbol" in columns else {"symbol": _symbol(path, named, options)}

    def parse(line: bytes, received_at: datetime) -> Row | None:
        cells = line.decode("utf-8", "replace").strip().split(",")
        row = {name: cell for name, cell in zip(columns, cells, strict=False) if cell != ""}
        return collected_tick(row | given, received_at)

    return Format("CSV of a collector", None, parse, header_lines=1, columns=tuple(columns))


def _symbol(path: Path, named: ArchiveName | None, options: ImportOptions) -> str:
    symbol = options.symbol or (named.symbol if named else None)
    if symbol is None:
        raise SymbolMissing(
            f"{path}: of which symbol? Its rows do not say, and its name does not begin like "
            "BTCUSDT-aggTrades-; say --symbol BTCUSDT"
        )
    return symbol.upper()


def _timeframe(path: Path, row: bytes, options: ImportOptions) -> str:
    timeframe = row_timeframe(row)
    if timeframe is None:
        raise ImportRefused(
            f"{path}: its klines are of a length that is not kept here ({', '.join(TIMEFRAMES)})"
        )
    if options.timeframe not in (None, timeframe):
        known = options.timeframe if options.timeframe in SECONDS else "an unknown timeframe"
        raise ImportRefused(f"{path}: {known} was asked for, but its rows are of {timeframe}")
    return timeframe


def _wrong_kind(path: Path, kind: str) -> str:
    settings = load_settings()
    return (
        f"{path}: holds {kind}, but the database {settings.database} counts the ids of {settings.stream} "
        f"(STREAM={settings.stream}); ids of different kinds do not fit together"
    )
