"""Where bars lie in time: their starts as whole numbers, and the gapless grid."""

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.timeframes import seconds

_UNITS_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def start_seconds(index: pd.Index) -> np.ndarray:
    """Starts of bars as seconds since 1970.

    Raises
    ------
    AnalyticsError
        The index is not UTC time, or does not ascend.
    """
    starts = utc_starts(index).as_unit("s").asi8
    if (np.diff(starts) <= 0).any():
        raise AnalyticsError("bars must be given oldest first, each start once")
    return starts


def utc_starts(index: pd.Index) -> pd.DatetimeIndex:
    """The index of a frame of bars, if it holds aware timestamps; else AnalyticsError."""
    if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
        raise AnalyticsError(f"bars must be indexed by their start in UTC, not by {index.dtype}")
    return index


def grid_rows(starts: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """For each bar of the gapless grid: the row to take it from, and whether it is absent.

    Parameters
    ----------
    starts, size
        Starts of the bars, ascending, and their length, in any one unit. An
        absent bar is taken from the newest row before it.

    Raises
    ------
    AnalyticsError
        The starts are not multiples of the size.
    """
    if (starts % size).any():
        raise AnalyticsError(f"{np.count_nonzero(starts % size)} of {len(starts)} bars are off the grid")
    if not len(starts):
        return np.empty(0, np.intp), np.empty(0, bool)
    repeats = np.diff(starts, append=starts[-1] + size) // size
    rows = np.repeat(np.arange(len(starts)), repeats)
    return rows, np.diff(rows, prepend=-1) == 0


def bar_starts(moments: pd.DatetimeIndex, timeframe: str) -> pd.DatetimeIndex:
    """The start of the bar each moment belongs to, in the moments' own unit."""
    size = seconds(timeframe) * units_per_second(moments)
    counted = moments.asi8
    return utc_index(counted - counted % size, moments.unit)


def groups_of(starts: pd.DatetimeIndex) -> tuple[pd.DatetimeIndex, np.ndarray]:
    """The distinct starts (sorted already), and the row each of them begins at."""
    counted = starts.asi8
    begins = np.flatnonzero(np.diff(counted, prepend=counted[0] - 1))
    return utc_index(counted[begins], starts.unit), begins


def grid_from(starts: pd.DatetimeIndex, rows: np.ndarray, timeframe: str) -> pd.DatetimeIndex:
    """The starts of a gapless grid of that many rows."""
    size = seconds(timeframe) * units_per_second(starts)
    first = starts.asi8[0] if len(starts) else 0
    return utc_index(first + size * np.arange(len(rows), dtype=np.int64), starts.unit)


def units_per_second(moments: pd.DatetimeIndex) -> int:
    """How finely the moments are counted."""
    return _UNITS_PER_SECOND[moments.unit]


def utc_index(counted: np.ndarray, unit: str) -> pd.DatetimeIndex:
    """Starts counted in a unit since 1970, as an index."""
    return pd.DatetimeIndex(counted.view(f"M8[{unit}]"), name="start").tz_localize("UTC")
