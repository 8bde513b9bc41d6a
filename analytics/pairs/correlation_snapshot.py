"""The correlations of a list of symbols as a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.pairs.aligned import aligned_closes
from analytics.pairs.correlation import correlations
from analytics.quality.completeness import completeness, needed_rows, weakest
from analytics.records.closes import Closes
from analytics.records.correlations import LEAST_RETURNS, CorrelationMethod, CorrelationSnapshot
from analytics.records.market import Gap
from analytics.records.snapshots import Completeness
from analytics.timeframes import length


@dataclass(frozen=True, slots=True)
class CorrelationWindow:
    """Which returns are correlated, and how."""

    timeframe: str
    window: int  # returns
    method: CorrelationMethod
    as_of: datetime  # start of the last bar, UTC


def correlation_snapshots(
    closes: Mapping[str, Closes],
    asked: Sequence[CorrelationWindow],
    *,
    gaps: Mapping[str, Sequence[Gap]],
    computed_at: datetime,
) -> list[CorrelationSnapshot]:
    """Correlations of log returns up to and with one bar, in several windows of one timeframe.

    A symbol that has not traded stands flat; one that begins later is compared
    from there on, and has no value below LEAST_RETURNS returns. `window` returns
    need one close more.

    Raises
    ------
    NotEnoughData
        No two symbols can have LEAST_RETURNS returns.
    """
    longest = max(asked, key=lambda each: each.window)
    table = _closes_until(closes, longest)
    if len(table) <= LEAST_RETURNS:
        have = max(0, len(table) - 1)
        raise NotEnoughData(f"a correlation of {longest.timeframe} returns", have=have, need=LEAST_RETURNS)
    rows = {name: needed_rows(each.starts, each.finals, gaps.get(name, ())) for name, each in closes.items()}

    def stamp(name: str, each: CorrelationWindow) -> Completeness:
        starts, finals = rows[name]
        known = gaps.get(name, ())
        return completeness(
            starts, finals, as_of=each.as_of, bars=each.window, timeframe=each.timeframe, gaps=known
        )

    return [
        _snapshot(table, each, weakest([stamp(name, each) for name in closes]), computed_at) for each in asked
    ]


def _snapshot(
    table: pd.DataFrame, asked: CorrelationWindow, stamp: Completeness, computed_at: datetime
) -> CorrelationSnapshot:
    closes = table.iloc[-asked.window - 1 :]
    found = correlations(closes, asked.method)
    enough = found.n >= LEAST_RETURNS
    values = _below_diagonal(found.values.where(enough))
    return CorrelationSnapshot(
        timeframe=asked.timeframe,
        window=asked.window,
        method=asked.method,
        as_of=asked.as_of,
        computed_at=computed_at,
        symbols=list(table.columns),
        returns=np.diag(found.n).tolist(),
        order=list(found.order),
        values=values,
        n=[row[:place] for place, row in enumerate(found.n.to_numpy().tolist())],
        p_values=_below_diagonal(found.p_values.where(enough)),
        reasons=dict(found.reasons),
        completeness=stamp,
        mean=_mean(values),
        volatility=_volatility(closes),
    )


def _mean(cells: Sequence[Sequence[float | None]]) -> float | None:
    known = [value for row in cells for value in row if value is not None]
    return float(np.mean(known)) if known else None


def _volatility(closes: pd.DataFrame) -> float | None:
    """Deviation of a log return, the median of the symbols that have enough of them."""
    returns = closes.apply(np.log).diff()
    known = returns.std(ddof=0)[returns.count() >= LEAST_RETURNS]
    return float(known.median()) if len(known) else None


def _closes_until(closes: Mapping[str, Closes], asked: CorrelationWindow) -> pd.DataFrame:
    """The last window + 1 closes of the grid; after the last trade of all they stand flat too."""
    table = aligned_closes(closes, asked.timeframe, asked.window + 1, join="outer")
    if len(table) and table.index[-1] < asked.as_of:
        step = length(asked.timeframe)
        missing = pd.date_range(table.index[-1] + step, asked.as_of, freq=step)[-asked.window - 1 :]
        flat = pd.DataFrame([table.iloc[-1]] * len(missing), index=missing)
        table = pd.concat([table, flat]).iloc[-asked.window - 1 :]
    return table


def _below_diagonal(frame: pd.DataFrame) -> list[list[float | None]]:
    rows = frame.to_numpy(np.float64).tolist()
    return [[value if value == value else None for value in row[:place]] for place, row in enumerate(rows)]
