"""What the store gives for the statistics of some pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.records.closes import Closes
from analytics.records.market import Gap


@dataclass(frozen=True, slots=True)
class PairMarket:
    """Closes of some symbols up to one bar, with what makes them trustworthy and readable."""

    timeframe: str
    window: int  # bars that were asked for
    closes: Mapping[str, Closes]
    gaps: Mapping[str, Sequence[Gap]]  # unresolved ones
    names: Mapping[str, str]  # how a reader calls each symbol: ETH
