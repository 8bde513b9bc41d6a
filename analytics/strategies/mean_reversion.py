"""Mean reversion of a spread: enter far from its mean, leave at it, stop when it runs away.

The state of a bar follows from z up to that bar; who acts on it does so on the
next one. Costs are not this rule's business.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.kernels.mean_reversion import NEVER, rule_steps
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
    cool_down_bars: int = 0  # an entry comes so many bars after a leave at the earliest

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


STATES: tuple[SignalState, ...] = ("flat", "long_spread", "short_spread", "stopped")
EVENTS: tuple[SignalEvent | None, ...] = (None, "entry", "exit", "stop", "time_stop", "rearmed")  # of kernels


def next_signal(before: Signal, z: float, rule: MeanReversionRule) -> Signal:
    """The state after a bar with this z; NaN (no z) only lets time pass.

    "stopped" ends, without a position, when z has come back to the mean and
    the cool-down is over: what runs away is not entered again on its way.
    """
    return _signal(_steps(np.array([z]), rule, before)[-1])


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
    steps = _steps(zscore.to_numpy(np.float64), rule or MeanReversionRule())
    return pd.DataFrame(
        {
            "state": [STATES[state] for state in steps[:, 0]],
            "event": pd.Series([EVENTS[event] for event in steps[:, 4]], index=zscore.index, dtype=object),
            "bars": steps[:, 1],
        },
        index=zscore.index,
    )


def signal_now(zscores: np.ndarray, rule: MeanReversionRule) -> SignalNow:
    """Where the rule stands after the last bar of a series of z."""
    return _now(_steps(zscores, rule), rule)


def signal_events(
    zscores: np.ndarray, rule: MeanReversionRule
) -> tuple[SignalNow, list[tuple[int, str, str]]]:
    """Where the rule stands, and what happened on the way: place in the series, event and new state."""
    steps = _steps(zscores, rule)
    places = np.flatnonzero(steps[:, 4]).tolist()
    events = [(place, str(EVENTS[steps[place, 4]]), STATES[steps[place, 0]]) for place in places]
    return _now(steps, rule), events


def _steps(zscores: np.ndarray, rule: MeanReversionRule, before: Signal | None = None) -> np.ndarray:
    """What the kernel tells of each bar, shape (bars, 5): state, bars, side, quiet bars and event."""
    begin = before or Signal()
    return rule_steps(
        np.array(zscores, dtype=np.float64),  # a copy: one that must not be written to is another type
        np.array([STATES.index(begin.state), begin.bars, begin.side, begin.quiet_bars]),
        np.array([rule.entry, rule.exit, rule.stop], dtype=np.float64),
        NEVER if rule.time_stop_bars is None else rule.time_stop_bars,
        rule.cool_down_bars,
    )


def _signal(step: np.ndarray) -> Signal:
    state, bars, side, quiet, event = step.tolist()
    return Signal(STATES[state], bars, side, quiet, EVENTS[event])


def _now(steps: np.ndarray, rule: MeanReversionRule) -> SignalNow:
    last = _signal(steps[-1]) if len(steps) else Signal()
    thresholds = (rule.entry, rule.exit, rule.stop, rule.time_stop_bars, rule.cool_down_bars)
    return SignalNow(last.state, last.bars, *thresholds)
