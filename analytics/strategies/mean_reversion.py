"""Mean reversion of a spread: enter far from its mean, leave at it, stop when it runs away.

The state of a bar follows from z up to that bar; who acts on it does so on the
next one. Costs are not this rule's business.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError

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


def next_signal(before: Signal, z: float, rule: MeanReversionRule) -> Signal:
    """The state after a bar with this z; NaN (no z) only lets time pass.

    "stopped" ends, without a position, when z has come back to the mean and
    the cool-down is over: what runs away is not entered again on its way.
    """
    quiet = max(0, before.quiet_bars - 1)
    waiting = Signal(before.state, before.bars + 1, before.side, quiet)
    if before.state == "flat":
        return _from_flat(waiting, z, rule)
    depth = -before.side * z  # how far on the side that was entered; NaN compares false
    if before.state == "stopped":
        back = depth <= rule.exit and quiet == 0
        return Signal("flat", 0, before.side, 0, "rearmed") if back else waiting
    if depth <= rule.exit:
        return Signal("flat", 0, before.side, rule.cool_down_bars, "exit")
    if depth >= rule.stop:
        return Signal("stopped", 0, before.side, rule.cool_down_bars, "stop")
    if rule.time_stop_bars is not None and waiting.bars >= rule.time_stop_bars:
        return Signal("stopped", 0, before.side, rule.cool_down_bars, "time_stop")
    return waiting


def _from_flat(waiting: Signal, z: float, rule: MeanReversionRule) -> Signal:
    if before_entry(z, rule) or waiting.quiet_bars:
        return waiting
    if z < 0:
        return Signal("long_spread", 0, 1, 0, "entry")
    return Signal("short_spread", 0, -1, 0, "entry")


def before_entry(z: float, rule: MeanReversionRule) -> bool:
    """Whether this z calls for no entry: too near, too far, or unknown."""
    return not rule.entry <= abs(z) < rule.stop


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
    signals, last = [], Signal()
    for z in zscores.tolist():
        last = next_signal(last, z, rule)
        signals.append(last)
    return signals
