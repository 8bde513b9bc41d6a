"""What a reader chose of a pair, and in which words it is told what came of it."""

from dataclasses import dataclass

from analytics.errors import AnalyticsError
from analytics.pairs.hedge_ratio import HEDGE_METHODS, HedgeMethod
from analytics.pairs.spread import SPREAD_KINDS, UNFITTED, SpreadKind
from analytics.records.pairs import WINDOW_BARS, Z_WINDOW_BARS

MOST_THEIL_SEN_BARS = 3_000  # it needs memory for the square of them
MOVING_METHODS = ("rolling_ols", "kalman")


@dataclass(frozen=True, slots=True)
class PairChoice:
    """Window, method and spread, and how the spread is scored."""

    window: int = WINDOW_BARS
    method: HedgeMethod = "ols"
    kind: SpreadKind = "log"
    z_window: int | None = Z_WINDOW_BARS  # None: as many bars as the half-life
    robust: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.method not in HEDGE_METHODS or self.kind not in SPREAD_KINDS:
            raise AnalyticsError(f"unknown method {self.method!r} or spread {self.kind!r}")
        if self.method == "theil_sen" and self.window > MOST_THEIL_SEN_BARS:
            raise AnalyticsError(
                f"Theil-Sen takes at most {MOST_THEIL_SEN_BARS:,} bars, the window has {self.window:,}"
            )

    @property
    def is_innovation(self) -> bool:
        """Whether z is the Kalman filter's own: no window, no mean."""
        return self.method == "kalman" and self.kind not in UNFITTED

    @property
    def hindsight(self) -> str | None:
        """What earlier bars are told that nobody knew at their time; None: nothing."""
        hedge = self.kind not in UNFITTED and self.method not in MOVING_METHODS
        half_life = self.z_window is None and not self.is_innovation
        if not hedge and not half_life:
            return None
        causes = ["the hedge"] * hedge + ["the half-life that z goes by"] * half_life
        told = f"{' and '.join(causes)} {'are' if len(causes) > 1 else 'is'} taken from the whole window"
        series = "spread, z and marks" if hedge else "z and marks"
        way_out = " Rolling OLS and Kalman do without." if hedge else ""
        return f"Hindsight: {told}, so {series} at earlier bars know what came after them.{way_out}"
