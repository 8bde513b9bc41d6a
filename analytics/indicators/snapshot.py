"""All figures of one symbol and timeframe at the close of each new bar."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from analytics.grid import grid_rows, start_seconds
from analytics.indicators.averages import ema_values, sma_values
from analytics.indicators.bands import bollinger_values
from analytics.indicators.momentum import macd_values, rsi_values
from analytics.indicators.stretches import Values, columns_of
from analytics.indicators.volatility import atr_values
from analytics.indicators.volume import traded_volumes, vwap_values
from analytics.records.indicators import INDICATORS, IndicatorDefinition
from analytics.records.snapshots import Completeness, IndicatorSnapshot, IndicatorValue
from analytics.timeframes import seconds

# Bars to load before the first new one. What lies further back weighs less
# than (13/14)**500 = 1e-16 in the slowest average, so batches of any size agree.
WARM_UP_BARS = 500

# The bars without which a figure is missing: the window to judge completeness by.
LONGEST_NEED_BARS = max(definition.bars_needed for definition in INDICATORS.values())


def indicator_snapshots(
    bars: pd.DataFrame,
    *,
    symbol: str,
    timeframe: str,
    since: datetime | None,
    computed_at: datetime,
    completeness_of: Callable[[datetime], Completeness],
    carried: tuple[float, float] = (0.0, 0.0),
) -> list[IndicatorSnapshot]:
    """One snapshot for each bar that starts after `since`, oldest first.

    Figures are taken over the gapless grid: a bar without trades stands flat
    at the close before it, as on other platforms' charts. Of the bars before
    the first new one at most WARM_UP_BARS of that grid are used, for VWAP all.

    Parameters
    ----------
    bars : DataFrame indexed by start (UTC), oldest first, each start once
        The new bars and up to WARM_UP_BARS before them.
    since
        Start of the last bar that has a snapshot; None: every bar is new.
    completeness_of
        Gives the stamp for the bar that starts at a moment.
    carried
        Quote volume and volume that the first bar's session (the UTC day)
        held before the first bar.

    Returns
    -------
    list of IndicatorSnapshot
        Values by the names in INDICATORS; None with the state "warming_up"
        while there are too few bars, or with the reason where it is undefined.
    """
    starts = start_seconds(bars.index)
    new = np.flatnonzero(starts > (-np.inf if since is None else since.timestamp()))
    if not new.size:
        return []
    prices = columns_of(bars, "high", "low", "close")
    vwap = vwap_values(starts, *traded_volumes(bars), carried)
    values = [
        named
        for part in _without_long_silence(starts, new, seconds(timeframe))
        for named in _values_of_part(starts, prices, vwap, part, seconds(timeframe))
    ]
    moments = [datetime.fromtimestamp(second, UTC) for second in starts[new].tolist()]
    return [
        IndicatorSnapshot(symbol, timeframe, moment, computed_at, named, completeness_of(moment))
        for moment, named in zip(moments, values, strict=True)
    ]


def _without_long_silence(starts: np.ndarray, new: np.ndarray, size: int) -> list[np.ndarray]:
    """The new rows in parts: a silence beyond the warm-up would only make the grid huge."""
    return np.split(new, np.flatnonzero(np.diff(starts[new]) > WARM_UP_BARS * size) + 1)


def _values_of_part(
    starts: np.ndarray, prices: list[Values], vwap: Values, new: np.ndarray, size: int
) -> list[dict[str, IndicatorValue]]:
    """The named values of some new rows, over the grid that leads to them."""
    rows, absent, at = _grid(starts, new, size)
    high, low, close = (column[rows] for column in prices)
    figures = _figures(np.where(absent, close, high), np.where(absent, close, low), close, at)
    return _values(figures | {"vwap_session": vwap[new]}, (at + 1).tolist())


def _grid(starts: np.ndarray, new: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gapless grid: row and absence of each of its bars, and where the new ones lie on it."""
    begin = starts[new[0]] - WARM_UP_BARS * size
    first = max(0, int(np.searchsorted(starts, begin, side="right")) - 1)
    used = np.maximum(starts[first : new[-1] + 1], begin)
    rows, absent = grid_rows(used, size)
    absent[0] |= starts[first] < begin  # the price then was that of a bar before the grid
    return rows + first, absent, (starts[new] - used[0]) // size


def _figures(high: Values, low: Values, close: Values, at: np.ndarray) -> dict[str, Values]:
    """Every figure of the grid but VWAP, at some of its bars."""
    line, signal, histogram = macd_values(close, 12, 26, 9)
    figures = {
        "sma_20": sma_values(close, 20)[at],
        "ema_20": ema_values(close, 20)[at],
        "rsi_14": rsi_values(close, 14)[at],
        "macd": line[at],
        "macd_signal": signal[at],
        "macd_histogram": histogram[at],
        "atr_14": atr_values(high, low, close, 14)[at],
    }
    begin = max(0, int(at[0]) - 19)  # bands remember nothing beyond their window
    bands = bollinger_values(close[begin:], 20, 2.0)
    return figures | {f"bollinger_{name}": band[at - begin] for name, band in bands.items()}


def _values(figures: Mapping[str, Values], present: list[int]) -> list[dict[str, IndicatorValue]]:
    """The named values of each bar, in the order of INDICATORS."""
    columns = [
        (name, [_value(v, p, definition) for v, p in zip(figures[name].tolist(), present, strict=True)])
        for name, definition in INDICATORS.items()
    ]
    return [{name: column[bar] for name, column in columns} for bar in range(len(present))]


def _value(value: float, present: int, definition: IndicatorDefinition) -> IndicatorValue:
    needed = definition.bars_needed
    if present < needed:
        return IndicatorValue(None, "warming_up", needed, present)
    if value != value:
        return IndicatorValue(None, "ready", needed, present, definition.undefined_when)
    return IndicatorValue(value, "ready", needed, present)
