"""The relations the synthetic market holds on purpose, so that what finds them can be judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlantedPair:
    """log y = constant + beta * log x + spread; the spread reverts with a half-life."""

    y: str
    x: str
    beta: float
    half_life_minutes: float
    spread_deviation: float  # standard deviation of the spread, in units of log price
    holds_from: int | None = None  # ms: the relation of now or of the latest break began here; None: always
    breaks_at: int | None = None  # ms: the latest break before `now`, or the coming one if it still holds
    mends_at: int | None = None  # ms: a new relation, with another constant, begins here


PAIRS = (
    PlantedPair("ETHUSDT", "BTCUSDT", beta=1.20, half_life_minutes=12.0, spread_deviation=0.0018),
    PlantedPair("AVAXUSDT", "SOLUSDT", beta=1.05, half_life_minutes=25.0, spread_deviation=0.0034),
)
BREAKING = PlantedPair("DOTUSDT", "LINKUSDT", beta=0.95, half_life_minutes=15.0, spread_deviation=0.0030)
