"""Tables of one symbol over time: bars, indicators, and the statistics of each minute; oldest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.minute_table import minute_statistics
from analytics.records.indicators import INDICATORS
from analytics.records.market import Bar
from app.exports.table import Column, Row, Table, columns
from workers.messages.envelope import JSON
from workers.messages.times import iso
from workers.store.bars import count_bars, load_first_bars, load_nth_start
from workers.store.gaps import load_unresolved_gaps
from workers.store.indicators import count_indicators, load_first_figures, load_nth_as_of

PAGE_ROWS = 5_000
BEGIN, FOREVER = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

BAR_COLUMNS = columns(
    ts="moment",
    symbol="text",
    timeframe="text",
    open="number",
    high="number",
    low="number",
    close="number",
    volume="number",
    quote_volume="number",
    trades="whole",
    taker_buy_volume="number",
    first_id="whole",
    last_id="whole",
    is_final="flag",
    made_of="text",
)
FIGURES = tuple(INDICATORS)
INDICATOR_COLUMNS = [
    *columns(ts="moment", symbol="text", timeframe="text"),
    *(Column(name, "number") for name in FIGURES),
]
MINUTE_COLUMNS = [
    *columns(
        ts="moment",
        symbol="text",
        open="number",
        high="number",
        low="number",
        close="number",
        mean_price="number",
        log_return="number",
        price_range="number",
        volume="number",
        quote_volume="number",
        trades="whole",
        taker_buy_share="number",
        is_final="flag",
    ),
    *(Column(name, "number") for name in FIGURES),
]
JUST_AFTER = timedelta(milliseconds=1)  # the store's finest step


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some time of one symbol and timeframe, up to `end`; what is asked for goes on at `following`."""

    symbol: str
    timeframe: str
    start: datetime
    end: datetime
    following: datetime | None = None

    @property
    def next_page(self) -> dict[str, str]:
        """What to ask for next."""
        return {"start": iso(self.following)} if self.following else {}


def bars_table(
    symbol: str, timeframe: str, start: datetime | None, end: datetime | None, limit: int
) -> Table:
    """The oldest `limit` bars with start <= bar.start < end."""
    page = _bar_page(symbol, timeframe, start, end, limit)
    rows = ([_bar_row(bar) for bar in bars] for bars in _bars(page))
    return Table(f"bars-{symbol}-{timeframe}", BAR_COLUMNS, rows, _wholeness(page), page.next_page)


def minutes_table(symbol: str, start: datetime | None, end: datetime | None, limit: int) -> Table:
    """The oldest `limit` minutes of that time: bars, what follows from them, and the indicators."""
    page = _bar_page(symbol, "1m", start, end, limit)
    return Table(f"minutes-{symbol}", MINUTE_COLUMNS, _minutes(page), _wholeness(page), page.next_page)


def indicators_table(
    symbol: str, timeframe: str, start: datetime | None, end: datetime | None, limit: int
) -> Table:
    """The figures of the oldest `limit` bars of that time."""
    following = load_nth_as_of(symbol, timeframe, start=start, end=end, nth=limit + 1)
    page = Stretch(symbol, timeframe, start or BEGIN, following or end or FOREVER, following)
    whole = _wholeness(page) | {"rows": count_indicators(symbol, timeframe, page.start, page.end)}
    return Table(f"indicators-{symbol}-{timeframe}", INDICATOR_COLUMNS, _figures(page), whole, page.next_page)


def _bar_page(
    symbol: str, timeframe: str, start: datetime | None, end: datetime | None, limit: int
) -> Stretch:
    following = load_nth_start(symbol, timeframe, start=start, end=end, nth=limit + 1)
    return Stretch(symbol, timeframe, start or BEGIN, following or end or FOREVER, following)


def _wholeness(page: Stretch) -> JSON:
    rows, not_final = count_bars(page.symbol, page.timeframe, page.start, page.end)
    gaps = load_unresolved_gaps(page.symbol)
    reaching = sum(gap.overlaps(page.start, page.end - page.start) for gap in gaps)
    complete = not not_final and not reaching
    return {"rows": rows, "not_final": not_final, "open_gaps": reaching, "complete": complete}


def _bars(page: Stretch) -> Iterator[list[Bar]]:
    start = page.start
    while found := load_first_bars(page.symbol, page.timeframe, start=start, end=page.end, limit=PAGE_ROWS):
        yield found
        start = found[-1].start + JUST_AFTER


def _bar_row(bar: Bar) -> Row:
    return (
        bar.start,
        bar.symbol,
        bar.timeframe,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        bar.volume,
        bar.quote_volume,
        bar.trades,
        bar.taker_buy_volume,
        bar.first_id,
        bar.last_id,
        bar.is_final,
        bar.source,
    )


def _figures(page: Stretch) -> Iterator[list[Row]]:
    start = page.start
    while found := load_first_figures(
        page.symbol, page.timeframe, names=FIGURES, start=start, end=page.end, limit=PAGE_ROWS
    ):
        yield [(as_of, page.symbol, page.timeframe, *values) for as_of, values in found]
        start = found[-1][0] + JUST_AFTER


def _minutes(page: Stretch) -> Iterator[list[Row]]:
    before: Bar | None = None
    for bars in _bars(page):
        figures = _figures_of(bars)
        rows = []
        for bar in bars:
            rows.append(_minute_row(bar, before, figures.get(bar.start)))
            before = bar
        yield rows


def _figures_of(bars: Sequence[Bar]) -> dict[datetime, list[float | None]]:
    first, last = bars[0], bars[-1]
    end = last.start + JUST_AFTER
    return dict(
        load_first_figures(
            first.symbol, first.timeframe, names=FIGURES, start=first.start, end=end, limit=len(bars)
        )
    )


def _minute_row(bar: Bar, before: Bar | None, figures: Sequence[float | None] | None) -> Row:
    told = minute_statistics(bar, before)
    return (
        bar.start,
        bar.symbol,
        bar.open,
        bar.high,
        bar.low,
        bar.close,
        told.mean_price,
        told.log_return,
        told.price_range,
        bar.volume,
        bar.quote_volume,
        bar.trades,
        told.taker_buy_share,
        bar.is_final,
        *(figures or [None] * len(FIGURES)),
    )
