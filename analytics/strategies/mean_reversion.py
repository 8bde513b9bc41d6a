"""Mean reversion of a spread: enter far from its mean, leave at it, stop when it runs away.

The state of a bar follows from z up to that bar; who acts on it does so on the
next one. Costs are not this rule's business.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.records.pairs import SignalNow

SignalState = Literal["flat", "long_spread", "short_spread", "stopped"]
SignalEvent = Literal["entry", "exit", "stop", "time_stop", "rearmed"]


@dataclass(frozen=True, slots=True)
class MeanReversionRule:
    """Thresholds on |z|, and bars; z below the mean means the spread is cheap: long."""

    entry: float = 2.0  # enter at |z| >= entry
    exit: float = 0.0  # leave when z has come back to within this of the mean, or crossed it
    stop: float = 4.0  # give up at |z| >= stop; nothing is entered there either
    time_stop_bars: int | None = None  # give up after so many bars; None: never
    cool_down_bars: int = 0  # bars without an entry after each leave

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        if not 0 <= self.exit < self.entry < self.stop:
            raise AnalyticsError(
                f"thresholds must be 0 <= exit < entry < stop, got {self.exit}, {self.entry}, {self.stop}"
            )
        if (self.time_stop_bars is not None and self.time_stop_bars < 1) or self.cool_down_bars < 0:
            raise AnalyticsError("a time stop is at least 1 bar, a cool-down at least 0")


@dataclass(frozen=True, slots=True)
class Signal:
    """Where the rule stands after one bar."""

    state: SignalState = "flat"
    bars: int = 0  # since the state began
    side: int = 0  # of the last position: 1 long, -1 short, 0 none yet
    quiet_bars: int = 0  # bars still to pass before an entry
    event: SignalEvent | None = None  # what happened at this bar


_Step = tuple[SignalState, int, int, int, SignalEvent | None]  # the fields of a Signal


_START: _Step = ("flat", 0, 0, 0, None)


def next_signal(before: Signal, z: float, rule: MeanReversionRule) -> Signal:
    """The state after a bar with this z; NaN (no z) only lets time pass.

    "stopped" ends, without a position, when z has come back to the mean and
    the cool-down is over: what runs away is not entered again on its way.
    """
    return Signal(*_next((before.state, before.bars, before.side, before.quiet_bars, None), z, rule))


def _next(before: _Step, z: float, rule: MeanReversionRule) -> _Step:
    state, bars, side, quiet, _ = before
    bars, quiet = bars + 1, max(0, quiet - 1)
    if state == "flat":
        return _from_flat(bars, side, quiet, z, rule)
    depth = -side * z  # how far on the side that was entered; NaN compares false
    if state == "stopped":
        if depth <= rule.exit and quiet == 0:
            return "flat", 0, side, 0, "rearmed"
        return state, bars, side, quiet, None
    if depth <= rule.exit:
        return "flat", 0, side, rule.cool_down_bars, "exit"
    if depth >= rule.stop:
        return "stopped", 0, side, rule.cool_down_bars, "stop"
    if rule.time_stop_bars is not None and bars >= rule.time_stop_bars:
        return "stopped", 0, side, rule.cool_down_bars, "time_stop"
    return state, bars, side, quiet, None


def _from_flat(bars: int, side: int, quiet: int, z: float, rule: MeanReversionRule) -> _Step:
    """Enter if z is far enough, not too far, and the cool-down is over."""
    if quiet or not rule.entry <= abs(z) < rule.stop:
        return "flat", bars, side, quiet, None
    return ("long_spread", 0, 1, 0, "entry") if z < 0 else ("short_spread", 0, -1, 0, "entry")


def mean_reversion_states(zscore: pd.Series, rule: MeanReversionRule | None = None) -> pd.DataFrame:
    """State and event of each bar of a z-score.

    Returns
    -------
    DataFrame
        `state`: flat, long_spread, short_spread or stopped; `event`: what
        happened at that bar, None mostly; `bars`: since the state began. A row
        depends on z up to it alone.

    Examples
    --------
    >>> states = mean_reversion_states(pd.Series([0.0, -2.5, -1.0, 0.1]))
    >>> states["state"].tolist()
    ['flat', 'long_spread', 'long_spread', 'flat']
    """
    signals = signals_of(zscore.to_numpy(np.float64), rule or MeanReversionRule())
    return pd.DataFrame(
        {
            "state": [signal.state for signal in signals],
            "event": pd.Series([signal.event for signal in signals], index=zscore.index, dtype=object),
            "bars": np.array([signal.bars for signal in signals], dtype=np.int64),
        },
        index=zscore.index,
    )


def signals_of(zscores: np.ndarray, rule: MeanReversionRule) -> list[Signal]:
    """The signal after each bar of a series of z, oldest first."""
    signals, last = [], _START
    for z in zscores.tolist():
        last = _next(last, z, rule)
        signals.append(Signal(*last))
    return signals


def signal_now(zscores: np.ndarray, rule: MeanReversionRule) -> SignalNow:
    """Where the rule stands after the last bar of a series of z."""
    last = _START
    for z in zscores.tolist():
        last = _next(last, z, rule)
    return _told(last, rule)


def signal_events(
    zscores: np.ndarray, rule: MeanReversionRule
) -> tuple[SignalNow, list[tuple[int, str, str]]]:
    """Where the rule stands, and what happened on the way: place in the series, event and new state."""
    events: list[tuple[int, str, str]] = []
    last = _START
    for place, z in enumerate(zscores.tolist()):
        last = _next(last, z, rule)
        if last[4] is not None:
            events.append((place, last[4], last[0]))
    return _told(last, rule), events


def _told(last: _Step, rule: MeanReversionRule) -> SignalNow:
    return SignalNow(last[0], last[1], rule.entry, rule.exit, rule.stop, rule.time_stop_bars)
