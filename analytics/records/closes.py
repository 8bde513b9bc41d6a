"""Closes of one symbol without the rest of its bars: what statistics of several symbols begin with."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Closes:
    """Closes of one symbol and timeframe as columns of one length, oldest first."""

    symbol: str
    timeframe: str
    starts: Sequence[int]  # of the bars, in seconds since 1970; bars without trades are missing
    closes: Sequence[float]
    finals: Sequence[bool]
