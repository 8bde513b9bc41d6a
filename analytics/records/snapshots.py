"""Snapshots: numbers computed on the close of a bar, stamped with their completeness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.records.divergences import Divergence

WarmUp = Literal["ready", "warming_up"]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How whole the bars behind a number are."""

    expected: int  # bars the window should hold
    present: int  # bars stored (a bar without trades counts as present)
    final: int  # of those, final ones
    open_gaps: int  # unresolved holes in the ids that touch the window


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """One named figure of a snapshot, with its warm-up state."""

    value: float | None  # None while warming up or undefined
    state: WarmUp
    bars_needed: int
    bars_present: int
    reason: str | None = None  # why a ready indicator has no value


@dataclass(frozen=True, slots=True)
class TradedSums:
    """What was traded since an anchor."""

    quote_volume: float = 0.0
    volume: float = 0.0
    squares: float = 0.0  # volume times squared distance of each bar's mean price from the mean of all


NOTHING = TradedSums()


@dataclass(frozen=True, slots=True)
class IndicatorSnapshot:
    """Indicators of one symbol and timeframe at the close of one bar."""

    symbol: str
    timeframe: str
    as_of: datetime  # start of the bar, UTC
    computed_at: datetime  # our clock, UTC
    values: Mapping[str, IndicatorValue]
    completeness: Completeness
    divergence: Divergence | None = None  # the latest that became known in the last bars, if any
    session: TradedSums | None = None  # of the UTC day with this bar: where the next bars go on


@dataclass(frozen=True, slots=True)
class IndicatorHistory:
    """Figures of many bars as columns, for a chart; all of one length, oldest first."""

    as_of: Sequence[datetime]  # start of each bar, UTC
    series: Mapping[str, Sequence[float | None]]
    latest: IndicatorSnapshot | None  # the newest bar's snapshot, whole


@dataclass(frozen=True, slots=True)
class SymbolSummary:
    """Where a symbol stands against the last hour and day: the Overview's row."""

    symbol: str
    as_of: datetime  # market time, UTC
    computed_at: datetime
    last_price: float | None
    close_1h_ago: float | None
    close_24h_ago: float | None
    volume_24h: float | None  # base asset
    quote_volume_24h: float | None
    sparkline: tuple[float, ...]  # closes over the last 24 h, oldest first
    completeness: Completeness
