"""Records of bars <-> pandas frames, aligned by the bars' start."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from analytics.bars import COLUMNS
from analytics.errors import AnalyticsError
from analytics.records.market import Bar, BarSource

_ID_COLUMNS = ("first_id", "last_id")


def frame_of(bars: Sequence[Bar]) -> pd.DataFrame:
    """Bars of one symbol and timeframe as a frame, columns as in `analytics.bars`.

    Parameters
    ----------
    bars
        Oldest first, each start once.

    Returns
    -------
    DataFrame
        float64 by `start` (UTC); ids that are None are NaN. Symbol, timeframe,
        source and finality are not columns: the caller has them.

    Raises
    ------
    AnalyticsError
        The bars do not ascend in time.
    """
    # Whole seconds by definition, so the float timestamp is exact.
    starts = np.array([bar.start.timestamp() for bar in bars], dtype=np.float64)
    if (np.diff(starts) <= 0).any():
        raise AnalyticsError("bars must be given oldest first, each start once")
    index = pd.DatetimeIndex((starts * 1e6).astype("M8[us]"), name="start").tz_localize("UTC")
    columns = {name: np.array([getattr(bar, name) for bar in bars], dtype=np.float64) for name in COLUMNS}
    return pd.DataFrame(columns, index=index)


def bars_of(
    frame: pd.DataFrame,
    *,
    symbol: str,
    timeframe: str,
    is_final: bool | Sequence[bool],
    source: BarSource,
) -> list[Bar]:
    """The records of a frame of bars; `is_final` for all, or one for each.

    Raises
    ------
    AnalyticsError
        A column is missing: a record holds no unknown volume. Only the ids
        may be missing or NaN; they become None.
    """
    absent = [name for name in COLUMNS if name not in frame and name not in _ID_COLUMNS]
    if absent:
        raise AnalyticsError(f"bars of {symbol} {timeframe} need the columns {', '.join(absent)}")
    final = [is_final] * len(frame) if isinstance(is_final, bool) else list(is_final)
    columns = [_moments(frame), *(_column(frame, name) for name in COLUMNS), final]
    # mypy cannot see that a row holds the fields from `start` to `is_final`, in their order.
    return [Bar(symbol, timeframe, *row, source) for row in zip(*columns, strict=True)]  # type: ignore[call-arg]


def _moments(frame: pd.DataFrame) -> list[datetime]:
    index = pd.DatetimeIndex(frame.index)
    return [datetime.fromtimestamp(second, UTC) for second in index.as_unit("s").asi8.tolist()]


def _column(frame: pd.DataFrame, name: str) -> list[float] | list[int] | list[int | None]:
    """One column as a record holds it: ids and counts whole, the rest float."""
    if name in _ID_COLUMNS:
        ids = frame[name].tolist() if name in frame else [np.nan] * len(frame)
        return [None if value != value else int(value) for value in ids]
    values = frame[name].to_numpy(np.float64).tolist()
    return [int(value) for value in values] if name == "trades" else values
