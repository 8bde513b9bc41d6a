"""Where price and RSI part at two turning points."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

DivergenceKind = Literal["regular_bullish", "hidden_bullish", "regular_bearish", "hidden_bearish"]

DIVERGENCE_BARS_NEEDED = 26  # before the first: RSI 14, two lows or highs six bars apart, five bars behind
DIVERGENCE_LASTS_BARS = 60  # a snapshot names one that became known within so many bars


@dataclass(frozen=True, slots=True)
class Pivot:
    """A bar at which the price turned."""

    start: datetime  # of the bar, UTC
    price: float  # its low, or its high where divergences are bearish
    rsi: float


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two pivots between which price and RSI moved against each other."""

    kind: DivergenceKind
    first: Pivot
    second: Pivot
    confirmed_at: datetime  # start of the bar at whose close it became known, UTC
