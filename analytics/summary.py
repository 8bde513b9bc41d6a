"""Where a symbol stands against the last hour and day: the Overview's row."""

from datetime import datetime, timedelta
from math import fsum

import numpy as np
import pandas as pd

from analytics.grid import start_seconds
from analytics.records.snapshots import Completeness, SymbolSummary
from analytics.timeframes import seconds

_HOUR = timedelta(hours=1)
_DAY = timedelta(hours=24)
_SPARKLINE_STEP = timedelta(minutes=30)
_SPARKLINE_POINTS = 48


def summary(
    bars: pd.DataFrame,
    *,
    symbol: str,
    timeframe: str,
    as_of: datetime,
    computed_at: datetime,
    completeness: Completeness,
) -> SymbolSummary:
    """The row of one symbol at a moment of market time.

    The price at a moment is the last one known then from whole bars: the close
    of the newest bar that had ended. A change therefore compares with a price
    at most one bar older than named.

    Parameters
    ----------
    bars : DataFrame indexed by start (UTC), oldest first
        Usually 1m. They should reach back to the last bar that ended 24 h before
        `as_of`, and may end in the bar that is still forming, which gives
        `last_price`. Bars that start after `as_of` are not looked at.

    Returns
    -------
    SymbolSummary
        `close_1h_ago`, `close_24h_ago`: None if no bar had ended by then.
        `volume_24h`, `quote_volume_24h`: the bars that start in the last 24 h;
        None if the bars do not reach that far back, or the column is missing.
        `sparkline`: the price at each of the last 47 half hours of the clock,
        then the last price, so that it does not wobble; shorter if history is.
    """
    starts = start_seconds(bars.index)
    bars = bars.iloc[: np.searchsorted(starts, as_of.timestamp(), side="right")]
    starts = starts[: len(bars)]
    closes = bars["close"].to_numpy(np.float64)
    ends = starts + seconds(timeframe)
    last_price = float(closes[-1]) if len(closes) else None
    marks = [_price_at(moment, ends, closes) for moment in _half_hours(as_of)]
    return SymbolSummary(
        symbol=symbol,
        as_of=as_of,
        computed_at=computed_at,
        last_price=last_price,
        close_1h_ago=_price_at(as_of - _HOUR, ends, closes),
        close_24h_ago=_price_at(as_of - _DAY, ends, closes),
        volume_24h=_sum_of_day(bars, "volume", starts, as_of),
        quote_volume_24h=_sum_of_day(bars, "quote_volume", starts, as_of),
        sparkline=tuple(price for price in [*marks, last_price] if price is not None),
        completeness=completeness,
    )


def _price_at(moment: datetime, ends: np.ndarray, closes: np.ndarray) -> float | None:
    """Close of the newest bar that had ended at a moment."""
    ended = int(np.searchsorted(ends, moment.timestamp(), side="right"))
    return float(closes[ended - 1]) if ended else None


def _half_hours(as_of: datetime) -> list[datetime]:
    """The last 47 half hours of the clock, oldest first."""
    newest = as_of - timedelta(seconds=as_of.timestamp() % _SPARKLINE_STEP.total_seconds())
    return [newest - back * _SPARKLINE_STEP for back in range(_SPARKLINE_POINTS - 2, -1, -1)]


def _sum_of_day(bars: pd.DataFrame, column: str, starts: np.ndarray, as_of: datetime) -> float | None:
    """Sum over the bars that start in the last 24 h, if they are known from before."""
    begin = (as_of - _DAY).timestamp()
    if column not in bars or not len(starts) or starts[0] > begin:
        return None
    return fsum(bars[column].to_numpy(np.float64)[np.searchsorted(starts, begin) :].tolist())
