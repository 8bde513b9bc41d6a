"""Trades of one symbol as a table, by id."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from analytics.records.market import Tick
from analytics.timeframes import bar_start
from app.exports.table import Row, Table, columns
from workers.messages.envelope import JSON
from workers.store.bars import load_id_span
from workers.store.gaps import load_gaps_within
from workers.store.ticks import MAX_ID, count_ticks, load_first_tick, load_last_tick, load_nth_id, load_ticks

PAGE_ROWS = 5_000
TICK_COLUMNS = columns(
    id="whole",
    symbol="text",
    price="number",
    quantity="number",
    traded_at="moment",
    received_at="moment",
    buyer_is_maker="flag",
    first_trade_id="whole",
    last_trade_id="whole",
)


@dataclass(frozen=True, slots=True)
class IdSpan:
    """Ids first..last of a symbol, and whether there are more behind them."""

    symbol: str
    first: int
    last: int
    more: bool


def ticks_table(
    symbol: str, start: datetime | None, end: datetime | None, after_id: int | None, limit: int
) -> Table:
    """At most `limit` trades behind after_id that were made in that time, by id."""
    span = _span(symbol, start, end, after_id, limit)
    if span is None:
        nothing: JSON = {"rows": 0, "missing": 0, "open_gaps": 0, "complete": False}
        return Table(f"ticks-{symbol}", TICK_COLUMNS, iter(()), nothing)
    following = {"after_id": str(span.last)} if span.more else {}
    return Table(f"ticks-{symbol}", TICK_COLUMNS, _pages(span, start, end), _wholeness(span), following)


def _span(
    symbol: str, start: datetime | None, end: datetime | None, after_id: int | None, limit: int
) -> IdSpan | None:
    """The ids to be sent: from the first to the last trade of that time."""
    behind = max(-1 if after_id is None else after_id, _lowest_id(symbol, start) - 1 if start else -1)
    first = load_first_tick(symbol, after_id=behind, since=start)
    last = load_last_tick(symbol, up_to_id=_highest_id(symbol, end) if end else MAX_ID, before=end)
    if first is None or last is None or first.id > last.id:
        return None
    reached = load_nth_id(symbol, after_id=first.id - 1, nth=limit)
    cut = last.id if reached is None else min(last.id, reached)
    return IdSpan(symbol, first.id, cut, more=cut < last.id)


def _lowest_id(symbol: str, start: datetime) -> int:
    """No trade of `start` or later has a lower id: its second says so, or else the newest before it."""
    second = bar_start(start, "1s")
    first, _ = load_id_span(symbol, second, None)
    if first is not None:
        return first
    _, before = load_id_span(symbol, None, second)
    return 0 if before is None else before + 1


def _highest_id(symbol: str, end: datetime) -> int:
    """No trade before `end` has a higher id: a later second says so; trades of the newest have none yet."""
    behind, _ = load_id_span(symbol, end, None)
    if behind is None:
        return MAX_ID
    _, last = load_id_span(symbol, None, end)
    return behind - 1 if last is None else last


def _wholeness(span: IdSpan) -> JSON:
    """Ids count up by one: what lacks is known exactly, but for those the exchange never had."""
    rows = count_ticks(span.symbol, span.first, span.last)
    gaps = load_gaps_within(span.symbol, span.first, span.last)
    absent = sum(
        min(gap.last_id, span.last) - max(gap.first_id, span.first) + 1
        for gap in gaps
        if gap.state == "verified_absent"
    )
    missing = max(0, span.last - span.first + 1 - rows - absent)
    open_gaps = sum(gap.state in ("open", "filling", "failed") for gap in gaps)
    return {
        "first_id": span.first,
        "last_id": span.last,
        "rows": rows,
        "missing": missing,
        "open_gaps": open_gaps,
        "complete": missing == 0,
    }


def _pages(span: IdSpan, start: datetime | None, end: datetime | None) -> Iterator[list[Row]]:
    after = span.first - 1
    while found := load_ticks(span.symbol, after_id=after, up_to_id=span.last, limit=PAGE_ROWS):
        after = found[-1].id
        yield [_row(tick) for tick in found if _is_within(tick, start, end)]


def _is_within(tick: Tick, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or tick.traded_at >= start) and (end is None or tick.traded_at < end)


def _row(tick: Tick) -> Row:
    return (
        tick.id,
        tick.symbol,
        tick.price,
        tick.quantity,
        tick.traded_at,
        tick.received_at,
        tick.buyer_is_maker,
        tick.first_trade_id,
        tick.last_trade_id,
    )
