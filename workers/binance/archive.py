"""Rows of Binance's public archive: aggTrades, trades and klines, one line -> one record.

Sample rows, spot, times in milliseconds (until 2024) or microseconds (from 2025):

    aggTrades  2609897550,61837.63000000,0.02000000,3914846332,3914846332,1723161255342,True,True
    trades     3735683259,61837.63000000,0.02000000,1236.75260000,1723161255342,True,True
    klines     1637971200000,0.00002853,0.00002854,0.00002851,0.00002854,36304.20000000,1637971259999,
               1.03547608,79,19523.00000000,0.55694227,0

Futures leave out the last column of aggTrades and trades (best match) and write a
header line. The symbol stands in the file's name only, see `archive_name`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Literal

from analytics.records.market import Bar, Tick
from analytics.timeframes import SECONDS
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Placeholder, moment_of
from workers.binance.quick_tick import quick_tick
from workers.settings import Market

ArchiveKind = Literal["aggTrade", "trade", "kline"]
ArchiveRow = Tick | Placeholder | Bar
COLUMNS: dict[ArchiveKind, tuple[str, ...]] = {
    "aggTrade": (
        *("agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time"),
        *("is_buyer_maker", "is_best_match"),
    ),
    "trade": ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"),
    "kline": (
        *("open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count"),
        *("taker_buy_volume", "taker_buy_quote_volume", "ignore"),
    ),
}
LEAST_COLUMNS: dict[ArchiveKind, int] = {"aggTrade": 7, "trade": 6, "kline": 10}
UNREAD_COLUMNS = {"quote_qty", "is_best_match", "taker_buy_quote_volume", "ignore"}
KINDS: dict[str, ArchiveKind] = {"aggTrades": "aggTrade", "trades": "trade"}

_EARLIEST_MS = 1_483_228_800_000  # 2017-01-01: before the exchange existed
_LATEST_MS = 4_102_444_800_000  # 2100-01-01
_HIGHEST_ID = 1 << 44
_FLAGS = {b"true": True, b"True": True, b"TRUE": True, b"false": False, b"False": False, b"FALSE": False}
_HEADERS = (b"agg_trade_id", b"trade_id", b"id", b"open_time", b"open time", b"opentime", b"aggtradeid")
_NAME = re.compile(
    r"^([^-\s]+)-(?:(aggTrades|trades)|(?:klines-)?(\d+[smhdwM]+))(?:-(\d{4})-(\d\d)(?:-(\d\d))?)?\b"
)


@dataclass(frozen=True, slots=True)
class ArchiveName:
    """What the name of a file of the archive says."""

    symbol: str
    kind: ArchiveKind
    timeframe: str | None  # of klines
    since: datetime | None  # the day or month it holds whole
    until: datetime | None


def archive_name(name: str) -> ArchiveName | None:
    """Symbol, kind and span of a file named like those of the archive, None for any other.

    >>> found = archive_name("BTCUSDT-aggTrades-2024-08-09.csv.gz")
    >>> found.symbol, found.kind, found.since.isoformat(), found.until.day
    ('BTCUSDT', 'aggTrade', '2024-08-09T00:00:00+00:00', 10)
    >>> archive_name("ADABTC-1m-2021-11.zip").timeframe
    '1m'
    """
    found = _NAME.match(name)
    if found is None:
        return None
    symbol, trades, timeframe, year, month, day = found.groups()
    since, until = _span(year, month, day)
    return ArchiveName(symbol, KINDS[trades] if trades else "kline", timeframe, since, until)


def kind_of_row(line: bytes) -> tuple[ArchiveKind, Market | None] | None:
    """Which kind of row a line is, and of which market as far as that shows; None for no such row.

    >>> kind_of_row(b"3735683259,61837.63,0.02,1236.75,1723161255342,True,True")
    ('trade', 'spot')
    """
    cells = line.strip().split(b",")
    if not 6 <= len(cells) <= 12 or not cells[0].isdigit():
        return None
    if len(cells) == 12 and cells[6].isdigit() and cells[8].isdigit():
        return "kline", None
    if len(cells) in (7, 8) and cells[3].isdigit() and cells[5].isdigit() and cells[6] in _FLAGS:
        return "aggTrade", "spot" if len(cells) == 8 else None
    if len(cells) in (6, 7) and cells[4].isdigit() and cells[5] in _FLAGS:
        return "trade", "spot" if len(cells) == 7 else None
    return None


def is_header(line: bytes) -> bool:
    """Whether a line names the columns.

    >>> is_header(b"agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker")
    True
    """
    return line.removeprefix(b"\xef\xbb\xbf").strip().lower().startswith(_HEADERS)


def row_timeframe(line: bytes) -> str | None:
    """How long the kline in a line is; None for a length that is not kept here.

    >>> row_timeframe(b"1637971200000,1,1,1,1,9,1637971259999,1,79,1,1,0")
    '1m'
    """
    cells = line.strip().split(b",")
    first, last = _milliseconds(cells[0]), _milliseconds(cells[6])
    return next((name for name, size in SECONDS.items() if last + 1 - first == size * 1000), None)


def row_parser(
    kind: ArchiveKind, symbol: str, timeframe: str | None
) -> Callable[[bytes, datetime], ArchiveRow]:
    """What reads a line of this kind; it raises `MalformedMessage`."""
    cells_of: dict[ArchiveKind, Callable[[list[bytes], datetime], ArchiveRow]] = {
        "aggTrade": lambda cells, received_at: _agg_trade(symbol, cells, received_at),
        "trade": lambda cells, received_at: _trade(symbol, cells, received_at),
        "kline": lambda cells, _: _kline(symbol, timeframe or "", cells),
    }
    read = cells_of[kind]

    def parsed(line: bytes, received_at: datetime) -> ArchiveRow:
        cells = line.strip().split(b",")
        try:
            return read(cells, received_at)
        except (ValueError, IndexError, KeyError, OverflowError) as problem:
            raise MalformedMessage(f"not a row of {kind}: {_fault(kind, cells) or problem}") from None

    return parsed


def _fault(kind: ArchiveKind, cells: list[bytes]) -> str | None:
    """The first column without a value of its kind; None when each has one and together they are wrong."""
    names = COLUMNS[kind]
    if len(cells) < LEAST_COLUMNS[kind]:
        return f"expected {LEAST_COLUMNS[kind]} columns or more, got {len(cells)}"
    for name, cell in zip(names, cells, strict=False):
        expected, read = _reader(name)
        try:
            read(cell)
        except (ValueError, KeyError):
            return f"{name}: expected {expected}, got {cell.decode(errors='replace')!r:.60}"
    return None


def _reader(column: str) -> tuple[str, Callable[[bytes], object]]:
    """What stands in a column, and what reads it."""
    if column in UNREAD_COLUMNS:
        return "anything", bytes
    if column == "is_buyer_maker":
        return "true or false", _FLAGS.__getitem__
    if column == "count" or column.endswith(("id", "time")):
        return "a whole number", int
    return "a number", float


def _agg_trade(symbol: str, cells: list[bytes], received_at: datetime) -> Tick | Placeholder:
    identity, price, quantity, first, last, time, flag = cells[:7]
    is_spot = len(cells) > 7
    return _tick(symbol, (identity, first, last), (price, quantity, time, flag), is_spot, received_at)


def _trade(symbol: str, cells: list[bytes], received_at: datetime) -> Tick | Placeholder:
    identity, price, quantity, _, time, flag = cells[:6]
    is_spot = len(cells) > 6
    return _tick(symbol, (identity, identity, identity), (price, quantity, time, flag), is_spot, received_at)


def _tick(
    symbol: str,
    identities: tuple[bytes, bytes, bytes],
    values: tuple[bytes, bytes, bytes, bytes],
    is_spot: bool,
    received_at: datetime,
) -> Tick | Placeholder:
    """Futures list placeholders: trades with price or quantity 0 that only take an id."""
    identity, first, last = map(int, identities)
    price, quantity, traded_at = float(values[0]), float(values[1]), moment_of(_milliseconds(values[2]))
    if not 0 <= identity < _HIGHEST_ID:
        raise ValueError(f"expected an id from 0 to 2^44, got {identity}")
    if not is_spot and (price == 0.0 or quantity == 0.0):
        return Placeholder(symbol, identity, traded_at)
    if not (0.0 < price < inf and 0.0 < quantity < inf):
        raise ValueError(f"expected a positive price and quantity, got {price} and {quantity}")
    if not 0 <= first <= last < _HIGHEST_ID:
        raise ValueError(f"expected first and last trade id in order, got {first} and {last}")
    return quick_tick(
        symbol, identity, price, quantity, traded_at, received_at, _FLAGS[values[3]], first, last
    )


def _kline(symbol: str, timeframe: str, cells: list[bytes]) -> Bar:
    start, end = _milliseconds(cells[0]), _milliseconds(cells[6])
    if end + 1 - start != SECONDS[timeframe] * 1000 or start % (SECONDS[timeframe] * 1000):
        raise ValueError(f"expected a {timeframe} bar, got one from {start} to {end}")
    opened, high, low, close, volume, quote, taker = (float(cells[at]) for at in (1, 2, 3, 4, 5, 7, 9))
    if not (0.0 < low <= opened <= high < inf and low <= close <= high):  # false for nan, too
        raise ValueError(f"expected low <= open, close <= high, got {opened}, {high}, {low}, {close}")
    if not (0.0 <= taker <= volume < inf and 0.0 <= quote < inf and int(cells[8]) >= 0):
        raise ValueError(f"expected volumes from 0 on, got {volume}, {quote}, {taker}")
    return Bar(
        symbol=symbol,
        timeframe=timeframe,
        start=moment_of(start),
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume,
        quote_volume=quote,
        trades=int(cells[8]),
        taker_buy_volume=taker,
        first_id=None,
        last_id=None,
        is_final=True,
        source="exchange",
    )


def _milliseconds(cell: bytes) -> int:
    """A moment in whole milliseconds; microseconds are told by their size."""
    value = int(cell)
    value = value if value < 100 * _EARLIEST_MS else value // 1000
    if not _EARLIEST_MS <= value < _LATEST_MS:
        raise ValueError(f"expected milliseconds or microseconds of this century, got {cell[:24]!r}")
    return value


def _span(year: str | None, month: str | None, day: str | None) -> tuple[datetime | None, datetime | None]:
    if year is None or month is None:
        return None, None
    try:
        first = date(int(year), int(month), int(day or 1))
    except ValueError:
        return None, None
    end = first + timedelta(days=1) if day else (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _midnight(first), _midnight(end)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
