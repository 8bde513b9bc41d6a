"""Every figure of a snapshot, over the gapless grid that leads to some new bars."""

from typing import NamedTuple

import numpy as np

from analytics.errors import AnalyticsError
from analytics.grid import grid_rows
from analytics.indicators.averages import ema_values, sma_values
from analytics.indicators.bands import bollinger_values
from analytics.indicators.divergence import divergences_of
from analytics.indicators.momentum import macd_values, rsi_values
from analytics.indicators.returns import VOLATILITY_BARS, bars_per_year, volatility_values
from analytics.indicators.stretches import Values
from analytics.indicators.volatility import atr_values
from analytics.indicators.volume import BAND_WIDTH, ROLLING_BARS, rolling_values
from analytics.records.columns import BarColumns
from analytics.records.divergences import Divergence

# Bars to load before the first new one. What lies further back weighs less
# than (13/14)**500 = 1e-16 in the slowest average, so batches of any size agree.
WARM_UP_BARS = 500


class Columns(NamedTuple):
    """Bars as arrays; `starts` in seconds since 1970."""

    starts: np.ndarray
    high: Values
    low: Values
    close: Values
    volume: Values
    quote_volume: Values


class Grid(NamedTuple):
    """The gapless grid: the bar that stands at each place, and where the new bars lie."""

    bars: Columns
    at: np.ndarray


def arrays_of(bars: BarColumns) -> Columns:
    """The columns as arrays.

    Raises
    ------
    AnalyticsError
        The bars do not ascend in time.
    """
    starts = np.array(bars.starts, np.int64)
    if (np.diff(starts) <= 0).any():
        raise AnalyticsError("bars must be given oldest first, each start once")
    given = (bars.highs, bars.lows, bars.closes, bars.volumes, bars.quote_volumes)
    return Columns(starts, *(np.array(column, np.float64) for column in given))


def grid_of(bars: Columns, new: np.ndarray, size: int, oldest: int = 0) -> Grid:
    """At most WARM_UP_BARS of the grid, none before the row `oldest`, then the new bars.

    Bars without trades stand flat.
    """
    starts = bars.starts
    begin = starts[new[0]] - WARM_UP_BARS * size
    first = max(oldest, int(np.searchsorted(starts, begin, side="right")) - 1)
    used = np.maximum(starts[first : new[-1] + 1], begin)
    rows, absent = grid_rows(used, size)
    absent[0] |= starts[first] < begin  # the price then was that of a bar before the grid
    high, low, close, volume, quote_volume = (column[rows + first] for column in bars[1:])
    flat = (np.where(absent, close, high), np.where(absent, close, low), close)
    traded = (np.where(absent, 0.0, volume), np.where(absent, 0.0, quote_volume))
    moments = used[0] + size * np.arange(len(rows))
    return Grid(Columns(moments, *flat, *traded), (starts[new] - used[0]) // size)


def figures_at(grid: Grid, timeframe: str) -> dict[str, Values]:
    """Every figure at the new bars but those of the session."""
    _, high, low, close, *_ = grid.bars
    line, signal, histogram = macd_values(close, 12, 26, 9)
    at = grid.at
    figures = {
        "sma_20": sma_values(close, 20)[at],
        "ema_20": ema_values(close, 20)[at],
        "rsi_14": rsi_values(close, 14)[at],
        "macd": line[at],
        "macd_signal": signal[at],
        "macd_histogram": histogram[at],
        "atr_14": atr_values(high, low, close, 14)[at],
    }
    return figures | _of_windows(grid.bars, at, timeframe)


def divergences_on(grid: Grid, since: int) -> list[Divergence]:
    """Divergences that bars from `since` (seconds) on confirmed, in the order they became known."""
    starts, high, low, close, *_ = grid.bars
    first = int(np.searchsorted(starts, since))
    return divergences_of(starts, high, low, close, rsi_values(close, 14), since=first)


def banded(name: str, middle: Values, deviation: Values) -> dict[str, Values]:
    """A line and its bands."""
    half = BAND_WIDTH * deviation
    return {name: middle, f"{name}_lower": middle - half, f"{name}_upper": middle + half}


def _of_windows(bars: Columns, at: np.ndarray, timeframe: str) -> dict[str, Values]:
    """The figures that remember nothing beyond their window: a few bars before the new ones do."""
    begin = max(0, int(at[0]) - max(VOLATILITY_BARS, ROLLING_BARS, 20))
    _, _, _, close, volume, quote_volume = (column[begin:] for column in bars)
    bands = bollinger_values(close, 20, 2.0)
    volatility = volatility_values(close, VOLATILITY_BARS)
    figures = {f"bollinger_{name}": band for name, band in bands.items()}
    figures |= banded("vwap_rolling", *rolling_values(quote_volume, volume, ROLLING_BARS))
    figures |= {
        "volatility_bar": volatility,
        "volatility_year": volatility * bars_per_year(timeframe) ** 0.5,
    }
    return {name: values[at - begin] for name, values in figures.items()}
