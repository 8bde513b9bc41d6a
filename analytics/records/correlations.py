"""How the symbols of a list move together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from analytics.records.snapshots import Completeness

CorrelationMethod = Literal["pearson", "spearman", "kendall"]

METHODS: tuple[CorrelationMethod, ...] = get_args(CorrelationMethod)
WINDOWS = (60, 240, 1_440)  # returns; those that are kept ready
LEAST_RETURNS = 20  # fewer say nothing
MOST_SYMBOLS = 100

Cells = Sequence[Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class CorrelationSnapshot:
    """Correlation of log returns of every two symbols.

    `values`, `n` and `p_values` are lower triangles: row i holds the cells of
    symbol i with the symbols before it. A value that does not exist is None.
    """

    timeframe: str
    window: int  # returns
    method: CorrelationMethod
    as_of: datetime  # start of the last bar, UTC
    computed_at: datetime  # our clock, UTC
    symbols: Sequence[str]
    returns: Sequence[int]  # that each symbol has
    order: Sequence[str]  # those that move together stand together
    values: Cells
    n: Sequence[Sequence[int]]  # returns that both have
    p_values: Cells  # of no correlation, two-sided
    reasons: Mapping[str, str]  # why a symbol has no values
    completeness: Completeness
    mean: float | None = None  # of all values
    volatility: float | None = None  # deviation of a return, the median of the symbols
