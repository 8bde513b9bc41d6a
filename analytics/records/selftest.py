"""What was planted on a synthetic market, what was found of it, and how often luck alone finds something."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.records.snapshots import Completeness


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """log y = constant + beta log x + spread, and the spread comes back."""

    y: str
    x: str
    beta: float
    half_life_minutes: float
    spread_deviation: float  # of log y, once
    holds_from: datetime | None = None  # None: it always held
    breaks_at: datetime | None = None  # the constant wanders from then on; may be yet to come
    mends_at: datetime | None = None  # a relation with another constant begins


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure: planted, found, and whether the rule takes them for the same."""

    name: str
    unit: str  # "", "min", "UTC" (seconds since 1970)
    planted: float | None
    found: float | None
    low: float | None  # what the rule lets pass, both ends
    high: float | None
    passed: bool | None  # None: nothing is decided, `reason` says why
    rule: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PairFindings:
    """One planted pair and what was found of it."""

    planted: PlantedPair
    timeframe: str
    bars: int  # the figures rest on
    as_of: datetime | None  # start of the last of them
    completeness: Completeness | None
    findings: Sequence[Finding]
    reason: str | None = None  # why there are none


@dataclass(frozen=True, slots=True)
class FalsePositives:
    """How often pairs of independent random walks are taken for cointegrated."""

    pairs: int
    bars: int
    seed: int
    level: float
    found: int
    low: float  # of the share that the rule lets pass
    high: float

    @property
    def share(self) -> float:
        """Of all pairs."""
        return self.found / self.pairs

    @property
    def passed(self) -> bool:
        """Whether the share is what the level promises."""
        return self.low <= self.share <= self.high
