"""Stored bars and trades as rows of a file, page by page, with how far each page lies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.records.market import Bar, Tick
from workers.messages.market import bar_json
from workers.messages.times import iso
from workers.settings import load_settings
from workers.store.bars import load_bars, load_first_bars
from workers.store.ticks import load_first_tick, load_last_tick, load_ticks

PAGE = 5_000
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file will hold."""

    columns: tuple[str, ...]
    pages: Iterator[tuple[float, list[Row]]]  # (share that is done with it, rows)


BAR_COLUMNS = (
    *("ts", "symbol", "timeframe", "open", "high", "low", "close", "volume", "quote_volume", "trades"),
    *("taker_buy_volume", "first_id", "last_id", "is_final", "made_of", "source"),
)
TICK_COLUMNS = (
    *("id", "symbol", "price", "quantity", "traded_at", "received_at", "buyer_is_maker"),
    *("first_trade_id", "last_trade_id", "source"),
)


def bar_rows(symbol: str, timeframe: str, start: datetime | None, end: datetime | None) -> Rows:
    """Bars with start <= bar.start < end, oldest first."""
    return Rows(BAR_COLUMNS, _bar_pages(symbol, timeframe, start or BEGIN, end or FOREVER))


def tick_rows(symbol: str, start: datetime | None, end: datetime | None) -> Rows:
    """Trades of that time, by id."""
    return Rows(TICK_COLUMNS, _tick_pages(symbol, start or BEGIN, end or FOREVER))


def _bar_pages(
    symbol: str, timeframe: str, start: datetime, end: datetime
) -> Iterator[tuple[float, list[Row]]]:
    newest = load_bars(symbol, timeframe, end=end, limit=1)
    first = start
    while page := load_first_bars(symbol, timeframe, start=start, end=end, limit=PAGE):
        first = page[0].start if first == BEGIN else first
        whole = (newest[0].start - first).total_seconds() or 1.0
        yield (page[-1].start - first).total_seconds() / whole, [_bar(bar) for bar in page]
        start = page[-1].end


def _tick_pages(symbol: str, start: datetime, end: datetime) -> Iterator[tuple[float, list[Row]]]:
    first, last = load_first_tick(symbol), load_last_tick(symbol)
    if first is None or last is None:
        return
    after = first.id - 1
    while page := load_ticks(symbol, after_id=after, up_to_id=last.id, limit=PAGE):
        after = page[-1].id
        rows = [_tick(tick) for tick in page if start <= tick.traded_at < end]
        yield (after - first.id + 1) / (last.id - first.id + 1), rows


def _bar(bar: Bar) -> Row:
    told = bar_json(bar)
    return {**told, "made_of": told["source"], "source": load_settings().source}


def _tick(tick: Tick) -> Row:
    told: Row = {name: getattr(tick, name) for name in TICK_COLUMNS if name != "source"}
    return told | {
        "traded_at": iso(tick.traded_at),
        "received_at": iso(tick.received_at),
        "source": load_settings().source,
    }
