"""Tick, Bar and Gap: what the market did, and what of it we do not have (yet)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from analytics.timeframes import bar_end

BarSource = Literal["ticks", "exchange"]
GapState = Literal["open", "filling", "filled", "verified_absent", "expired", "failed"]

# A gap in one of these states may still hide trades: bars that overlap it are not final.
# An expired one hides them for good: a repair calls it so only once the exchange's own bars stand over it.
UNRESOLVED: tuple[GapState, ...] = ("open", "filling", "failed")


@dataclass(frozen=True, slots=True)
class Tick:
    """One message of the exchange's `aggTrade` (or `trade`) stream.

    `id` counts up by one per symbol. A `trade` covers itself:
    first_trade_id = last_trade_id = id.
    """

    symbol: str
    id: int
    price: float
    quantity: float  # base asset
    traded_at: datetime  # the exchange's match time T, UTC
    received_at: datetime  # our clock, UTC
    buyer_is_maker: bool  # True: the taker sold
    first_trade_id: int
    last_trade_id: int


@dataclass(frozen=True, slots=True)
class Bar:
    """What happened in [start, start + timeframe), cut on the exchange's time."""

    symbol: str
    timeframe: str
    start: datetime  # UTC
    open: float
    high: float
    low: float
    close: float
    volume: float  # base asset
    quote_volume: float  # sum of price times quantity
    trades: int
    taker_buy_volume: float  # base asset bought by takers
    first_id: int | None  # tick ids; None when the bar is the exchange's own
    last_id: int | None
    is_final: bool  # its end has passed and no unresolved gap overlaps it
    source: BarSource

    @property
    def end(self) -> datetime:
        """First moment after the bar."""
        return bar_end(self.start, self.timeframe)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol as the exchange describes it."""

    symbol: str
    base_asset: str
    quote_asset: str
    status: str  # TRADING, HALT, BREAK, ...
    price_step: Decimal  # prices are multiples of it
    quantity_step: Decimal


@dataclass(frozen=True, slots=True)
class Gap:
    """Ids first_id..last_id of a symbol that were not seen; the ledger's row.

    Known by (symbol, first_id). The two ends stay as they were found; late
    ticks and repairs only shorten `missing`.
    """

    symbol: str
    first_id: int
    last_id: int
    state: GapState
    found_at: datetime  # UTC, market time when the hole was seen
    after: datetime | None  # traded_at of the last tick before the hole
    before: datetime | None  # traded_at of the first tick behind it
    tries: int = 0
    reason: str = ""
    missing: tuple[tuple[int, int], ...] = ()  # id ranges still missing; empty and not filled: all of it
    tried_at: datetime | None = None  # our clock: the last attempt to repair it
    absent_at: datetime | None = None  # our clock: when the exchange first answered without these ids

    @property
    def size(self) -> int:
        """How many ids it had when it was found."""
        return self.last_id - self.first_id + 1

    def overlaps(self, start: datetime, span: timedelta) -> bool:
        """Whether a missing trade may belong to [start, start + span)."""
        begins_before_end = self.after is None or self.after < start + span
        ends_after_start = self.before is None or self.before >= start
        return begins_before_end and ends_after_start
