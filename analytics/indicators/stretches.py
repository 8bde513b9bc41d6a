"""Series cut at their holes, because one NaN makes TA-Lib wrong to the end of the series."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError

Values = np.ndarray  # float64, one per bar, oldest first
MOST_BARS = 100_000  # TA-Lib's bound of a period


def over_stretches(compute: Callable[..., Values], *columns: Values, rows: int | None = None) -> Values:
    """`compute(*columns)` on each stretch without a hole; NaN in the holes.

    A hole is a bar at which any of the columns is not a finite number. `rows`
    says how many rows of results `compute` gives, if it gives more than one.
    """
    known = np.isfinite(columns[0])
    for column in columns[1:]:
        known &= np.isfinite(column)
    if known.all():
        return compute(*columns)
    result = np.full(len(known) if rows is None else (rows, len(known)), np.nan)
    for begin, end in stretches_of(known):
        result[..., begin:end] = compute(*(column[begin:end] for column in columns))
    return result


def values_of(series: pd.Series) -> Values:
    """The numbers of a series as TA-Lib wants them: contiguous float64.

    Raises
    ------
    AnalyticsError
        Bars are not given oldest first, each start once.
    """
    if isinstance(series.index, pd.DatetimeIndex) and not _ascends(series.index):
        raise AnalyticsError("bars must be given oldest first, each start once")
    return np.ascontiguousarray(series.to_numpy(np.float64))


def columns_of(bars: pd.DataFrame, *names: str) -> list[Values]:
    """Some columns of a frame of bars, as `values_of` gives them.

    Raises
    ------
    AnalyticsError
        A column is missing.
    """
    absent = [name for name in names if name not in bars]
    if absent:
        raise AnalyticsError(f"bars need the columns {', '.join(names)}; missing: {', '.join(absent)}")
    return [values_of(bars[name]) for name in names]


def check_period(period: int, *, least: int = 2) -> None:
    """A whole period of at least two bars, or AnalyticsError."""
    if not isinstance(period, int | np.integer):
        raise AnalyticsError(f"a period is a whole number of bars, got {period}")
    if not least <= period <= MOST_BARS:
        raise AnalyticsError(f"a period is at least {least} bars, got {period}; the most are {MOST_BARS}")


def _ascends(index: pd.DatetimeIndex) -> bool:
    return bool(index.is_monotonic_increasing and index.is_unique)


def stretches_of(known: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end (excluded) of each run of True."""
    edges = np.flatnonzero(np.diff(known.astype(np.int8), prepend=0, append=0))
    return [(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
