"""What is known of a pair at the close of a bar; None with a reason where a number does not exist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from analytics.records.snapshots import Completeness

WINDOW_BARS = 1_440  # what the statistics of a pair rest on, where so many bars are stored
LEAST_BARS = 100  # below that nothing is said
Z_WINDOW_BARS = 60
LEAST_Z_BARS, MOST_Z_BARS = 10, 1_000  # of a window that is chosen, or follows the half-life
CORRELATION_BARS = 60
PAIR_TIMEFRAMES = ("1m", "5m", "15m", "1h")  # with snapshots on each close

VerdictKind = Literal["tradable", "in_line", "by_luck", "no_half_life", "not_tradable", "untestable"]


@dataclass(frozen=True, slots=True)
class Hedge:
    """y = intercept + beta x, by one method."""

    beta: float | None
    intercept: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class UnitRootTest:
    """Engle and Granger's test of one direction; the hypothesis is that the spread wanders."""

    statistic: float | None
    p_value: float | None
    critical_values: Mapping[str, float | None]  # at 1 %, 5 % and 10 %
    lags: int | None
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Cointegration:
    """Both directions of a pair."""

    y_on_x: UnitRootTest
    x_on_y: UnitRootTest
    p_value: float | None  # min(1, 2 min of both)
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reversion:
    """Half-life of the spread's deviations, in bars, with its 95 % interval."""

    bars: float | None
    low: float | None
    high: float | None  # None with `bars` given: it cannot be excluded that the spread never comes back
    slope: float | None  # of the change on the value before it
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SpreadNow:
    """The spread at the bar, and the middle and deviation it is measured by."""

    value: float | None
    mean: float | None
    deviation: float | None
    z: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SignalNow:
    """Where the mean-reversion rule stands, replayed over the window with the hedge of this bar."""

    state: str  # flat, long_spread, short_spread or stopped
    bars: int  # since the state began
    entry: float
    exit: float
    stop: float
    time_stop_bars: int | None = None  # None: a position is held however long
    cool_down_bars: int = 0  # after a leave before the next entry


@dataclass(frozen=True, slots=True)
class PriceLevels:
    """The same pair by prices instead of their logarithms."""

    hedge: Hedge
    spread: SpreadNow
    test: UnitRootTest
    half_life: Reversion
    spread_series: Sequence[float | None]  # one per bar of the window, oldest first
    z_series: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The numbers in one sentence."""

    kind: VerdictKind
    sentence: str
    breaks: str | None = None  # what would break the relation; None: there is none to break


@dataclass(frozen=True, slots=True)
class PairSnapshot:
    """One pair and timeframe at the close of one bar; by log prices and ols unless named otherwise."""

    y: str
    x: str
    timeframe: str
    as_of: datetime  # start of the bar, UTC
    computed_at: datetime  # our clock, UTC
    bars: int  # the window that was there
    z_window: int
    hedges: Mapping[str, Hedge]  # ols, tls, rolling_ols, kalman
    spread: SpreadNow  # against the rolling mean
    robust: SpreadNow  # against the rolling median
    kalman: SpreadNow  # the innovation; its mean is 0
    cointegration: Cointegration
    half_life: Reversion
    correlation: float | None  # of the last log returns
    signal: SignalNow | None
    recent_z: Sequence[float | None]
    levels: PriceLevels
    verdict: Verdict
    completeness: Completeness
    q_value: float | None = None  # of the newest scan, if it holds the pair


@dataclass(frozen=True, slots=True)
class PairAnalysis:
    """Everything the page of a pair draws, for one choice of window, method, spread and thresholds."""

    y: str
    x: str
    timeframe: str
    as_of: datetime
    computed_at: datetime
    bars: int
    z_window: int | None  # bars; None: z has no window
    score: str  # what z is, in words
    hindsight: str | None  # what earlier bars are told that nobody knew at their time; None: nothing
    method: str
    kind: str
    hedge: Hedge
    spread: SpreadNow  # with the hedge, what z is between two bars
    cointegration: Cointegration
    half_life: Reversion
    correlation: float | None
    signal: SignalNow | None
    verdict: Verdict
    completeness: Completeness
    q_value: float | None
    q_reason: str | None  # why there is none
    starts: Sequence[datetime]
    series: Mapping[str, Sequence[float | None]]  # y, x, spread, mean, deviation, z, correlation
    marks: Sequence[Mapping[str, object]]  # at, event, state, spread, z
    beta_path: Mapping[str, object]  # window, at, beta
    p_path: Mapping[str, object]  # window, every, at, p_value
    histogram: Mapping[str, object]  # edges and counts of z
    later: Mapping[str, object]  # bars ahead, z, change, slope, n
    residual: Mapping[str, object]  # what the spread's values are like
