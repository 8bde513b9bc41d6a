"""A long history in few bars: what a chart shows of years."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WideBar:
    """Several bars as one."""

    start: datetime  # UTC
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int
    is_final: bool  # all of them are, and there is nothing to come


@dataclass(frozen=True, slots=True)
class ThinnedBars:
    """Bars of one length, as many as were allowed."""

    step_seconds: int
    bars: tuple[WideBar, ...]  # oldest first
