"""Closes of several symbols on one gapless grid of bars."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.grid import start_seconds, utc_index
from analytics.records.closes import Closes
from analytics.timeframes import seconds

_Column = tuple[np.ndarray, np.ndarray]  # starts in seconds, closes


def aligned_closes(
    bars_by_symbol: Mapping[str, Closes | pd.DataFrame | pd.Series],
    timeframe: str,
    window: int | None = None,
    *,
    join: Literal["inner", "outer"] = "inner",
) -> pd.DataFrame:
    """Closes of each symbol at the same bars, up to the newest bar of any of them.

    A bar without trades stands flat at the close before it, up to the end: a
    symbol that has not traded for a while has the close it had.

    Parameters
    ----------
    bars_by_symbol
        Closes, frames of bars (their column close), or series of closes by
        start (UTC); oldest first, each start once. A close that is not a
        finite number is a bar without trades.
    window
        At most so many bars, the newest; None: all there are.
    join
        "inner" begins where the last symbol begins, "outer" where the first
        does, with NaN before the first close of the others. A symbol without
        any close leaves "inner" without rows.

    Returns
    -------
    DataFrame
        float64 by start (UTC), one column for each symbol in the order given.

    Raises
    ------
    AnalyticsError
        Starts are off the grid of the timeframe, repeat or do not ascend.
    """
    size = seconds(timeframe)
    columns = {symbol: _known(given) for symbol, given in bars_by_symbol.items()}
    for symbol, (starts, _) in columns.items():
        _check_starts(symbol, starts, size)
    starts = _common_starts([starts for starts, _ in columns.values()], size, join)
    starts = starts[-window:] if window is not None else starts
    aligned = {symbol: _on_grid(column, starts) for symbol, column in columns.items()}
    return pd.DataFrame(aligned, index=utc_index(starts * 1_000_000, "us"), dtype=np.float64)


def _known(given: Closes | pd.DataFrame | pd.Series) -> _Column:
    """Starts and closes of the bars that have one."""
    if isinstance(given, Closes):
        starts, closes = np.array(given.starts, np.int64), np.array(given.closes, np.float64)
    else:
        series = given["close"] if isinstance(given, pd.DataFrame) else given
        starts, closes = start_seconds(series.index), series.to_numpy(np.float64)
    known = np.isfinite(closes)
    return starts[known], closes[known]


def _common_starts(starts: Sequence[np.ndarray], size: int, join: str) -> np.ndarray:
    """The grid all symbols share, or all of them together."""
    begun = [column for column in starts if len(column)]
    if not begun or (join == "inner" and len(begun) < len(starts)):
        return np.empty(0, np.int64)
    begins = [int(column[0]) for column in begun]
    first = max(begins) if join == "inner" else min(begins)
    return np.arange(first, max(int(column[-1]) for column in begun) + 1, size, dtype=np.int64)


def _check_starts(symbol: str, starts: np.ndarray, size: int) -> None:
    if (starts % size).any() or (np.diff(starts) <= 0).any():
        raise AnalyticsError(
            f"bars of {symbol} must lie on the grid of {size} s, oldest first, each start once"
        )


def _on_grid(column: _Column, starts: np.ndarray) -> np.ndarray:
    """The close of each bar of the grid, or the newest before it; NaN before the first."""
    own, closes = column
    if not len(own):
        return np.full(len(starts), np.nan)
    rows = np.searchsorted(own, starts, side="right") - 1
    return np.where(rows < 0, np.nan, closes[rows])
