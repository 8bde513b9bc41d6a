"""How whole the data of a symbol is, and whether our bars are the exchange's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.records.snapshots import Completeness

# complete: made of trades without a hole. exchange: whole, but the exchange's own bars.
# repairing: a hole is being filled. incomplete: trades are missing. unknown: before what is known.
SpanState = Literal["complete", "exchange", "repairing", "incomplete", "unknown"]


@dataclass(frozen=True, slots=True)
class SymbolQuality:
    """The last day of one symbol."""

    symbol: str
    as_of: datetime  # market time until which bars were built
    computed_at: datetime  # our clock
    completeness: Mapping[str, Completeness]  # by timeframe
    spans_since: datetime  # start of the first span
    spans: tuple[SpanState, ...]  # quarters of an hour, oldest first


@dataclass(frozen=True, slots=True)
class BarDifference:
    """One field of one bar that is not the exchange's."""

    start: datetime
    field: str  # open, high, low, close, trades, volume; "bar": one of us has none
    ours: float | None
    theirs: float | None


@dataclass(frozen=True, slots=True)
class BarCheck:
    """Our bars against the exchange's own, over [since, until)."""

    timeframe: str
    since: datetime
    until: datetime
    compared: int  # bars
    differing: int  # bars
    worst: BarDifference | None  # None when nothing differs
    compared_at: datetime | None = None  # our clock


@dataclass(frozen=True, slots=True)
class ComparisonWish:
    """Somebody wants a symbol's bars compared at once, or was told why they could not be."""

    asked_at: datetime | None  # our clock; None when it was acted on
    reason: str  # why it waits or failed; empty when nothing is wrong


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """The exchange's clock against ours."""

    offset_ms: float  # exchange less ours, good to half of the round trip
    round_trip_ms: float
    checked_at: datetime  # our clock
