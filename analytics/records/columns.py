"""Bars of one symbol as columns of plain numbers: what indicators are computed from, at little cost."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BarColumns:
    """Bars of one symbol and timeframe, oldest first; columns of one length."""

    symbol: str
    timeframe: str
    starts: Sequence[int]  # in seconds since 1970; bars without trades are missing
    highs: Sequence[float]
    lows: Sequence[float]
    closes: Sequence[float]
    volumes: Sequence[float]  # base asset
    quote_volumes: Sequence[float]
    finals: Sequence[bool]
