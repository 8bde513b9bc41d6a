"""The bar that is still moving, one tick at a time; standard library only.

The stream draws these while the trades arrive, so they are fast and
provisional: the bars that last are made from the stored ticks (`analytics.bars`).
"""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum

from analytics.errors import AnalyticsError
from analytics.records.market import Bar, BarSource, Tick
from analytics.timeframes import bar_end, bar_start


class FormingBar:
    """A bar that ticks are added to; `bar()` is its state as a record.

    The quick form of `bar_of` and `bar_with`: nothing is built per tick.

    `add` takes ticks in the order of their ids. A tick whose id is not beyond
    `last_id` changes nothing. One that lies in another bar raises
    AnalyticsError: compare `tick.traded_at` with `end` first.
    """

    __slots__ = (
        "close",
        "end",
        "first_id",
        "high",
        "last_id",
        "low",
        "open",
        "quote_volume",
        "source",
        "start",
        "symbol",
        "taker_buy_volume",
        "timeframe",
        "trades",
        "volume",
    )

    def __init__(self, tick: Tick, timeframe: str) -> None:
        self.symbol = tick.symbol
        self.timeframe = timeframe
        self.start = bar_start(tick.traded_at, timeframe)
        self.end = bar_end(self.start, timeframe)
        self.open = self.high = self.low = self.close = tick.price
        self.volume = self.quote_volume = self.taker_buy_volume = 0.0
        self.trades = 0
        self.first_id: int | None = None
        self.last_id: int | None = None
        self.source: BarSource = "ticks"
        self.add(tick)

    @classmethod
    def resumed(cls, bar: Bar) -> "FormingBar":
        """A bar that goes on from a record, whatever made that record.

        A record without ids (the exchange's own bar) counts every tick that
        follows: the caller adds only those the record does not hold yet.
        """
        forming = cls.__new__(cls)
        for name in cls.__slots__:
            setattr(forming, name, getattr(bar, name))
        return forming

    def add(self, tick: Tick) -> None:
        """Take one more tick into the bar."""
        last_id = self.last_id
        if last_id is None:
            self.first_id = tick.id
        elif tick.id <= last_id:
            return
        if not self.start <= tick.traded_at < self.end:
            raise AnalyticsError(
                f"tick {tick.id} of {tick.symbol} at {tick.traded_at} is not in the {self.timeframe} bar "
                f"that starts at {self.start}"
            )
        price = tick.price
        quantity = tick.quantity
        if price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.close = price
        self.volume += quantity
        self.quote_volume += price * quantity
        if not tick.buyer_is_maker:
            self.taker_buy_volume += quantity
        self.trades += tick.last_trade_id - tick.first_trade_id + 1
        self.last_id = tick.id

    def bar(self, *, is_final: bool = False) -> Bar:
        """The bar as it stands now."""
        return Bar(
            self.symbol,
            self.timeframe,
            self.start,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
            self.quote_volume,
            self.trades,
            self.taker_buy_volume,
            self.first_id,
            self.last_id,
            is_final,
            self.source,
        )


def bar_of(tick: Tick, timeframe: str) -> Bar:
    """The forming bar that begins with this tick."""
    return FormingBar(tick, timeframe).bar()


def bar_with(bar: Bar, tick: Tick) -> Bar:
    """The bar after one more tick; unchanged by an id it already passed.

    Raises
    ------
    AnalyticsError
        The tick lies in another bar.
    """
    forming = FormingBar.resumed(bar)
    forming.add(tick)
    return bar if forming.last_id == bar.last_id else forming.bar()


def folded(bars: Sequence[Bar], timeframe: str, *, is_final: bool) -> Bar:
    """One longer bar of consecutive shorter ones, oldest first.

    Bars may be missing between them; only the caller knows whether that means
    "no trades", and so whether the result is final. If any part is the
    exchange's own, so is the result.

    Raises
    ------
    AnalyticsError
        No bar is given, or they do not all lie, in order, in one longer bar.
    """
    first, last = _ends_within_one(bars, timeframe)
    ids = [(bar.first_id, bar.last_id) for bar in bars]
    return Bar(
        symbol=first.symbol,
        timeframe=timeframe,
        start=bar_start(first.start, timeframe),
        open=first.open,
        high=max(bar.high for bar in bars),
        low=min(bar.low for bar in bars),
        close=last.close,
        volume=fsum(bar.volume for bar in bars),
        quote_volume=fsum(bar.quote_volume for bar in bars),
        trades=sum(bar.trades for bar in bars),
        taker_buy_volume=fsum(bar.taker_buy_volume for bar in bars),
        first_id=next((first_id for first_id, _ in ids if first_id is not None), None),
        last_id=next((last_id for _, last_id in reversed(ids) if last_id is not None), None),
        is_final=is_final,
        source="exchange" if any(bar.source == "exchange" for bar in bars) else "ticks",
    )


def _ends_within_one(bars: Sequence[Bar], timeframe: str) -> tuple[Bar, Bar]:
    """First and last of the bars, once it is sure that they make one bar."""
    if not bars:
        raise AnalyticsError(f"a {timeframe} bar is folded from at least one shorter bar, got none")
    first, last = bars[0], bars[-1]
    start = bar_start(first.start, timeframe)
    in_order = all(earlier.end <= later.start for earlier, later in pairwise(bars))
    if not in_order or last.end > bar_end(start, timeframe) or any(b.symbol != first.symbol for b in bars):
        raise AnalyticsError(
            f"bars of {first.symbol} from {first.start} to {last.end} are not, in order and without overlap, "
            f"parts of one {timeframe} bar"
        )
    return first, last
