"""Ticks -> bars, short bars -> longer bars, and the gapless grid; pandas frames.

A frame of bars is indexed by the bars' start in UTC, oldest first, and holds
float64 columns (COLUMNS; plain open, high, low, close, volume will do). The
index keeps the time unit of the input. A bar without trades is not invented.
"""

from collections.abc import Callable
from math import fsum

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.grid import (
    bar_starts,
    grid_from,
    grid_rows,
    groups_of,
    units_per_second,
    utc_index,
    utc_starts,
)
from analytics.timeframes import seconds

COLUMNS = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "quote_volume",
    "trades",
    "taker_buy_volume",
    "first_id",
    "last_id",
)
TICK_COLUMNS = ("id", "price", "quantity", "traded_at", "buyer_is_maker")

# Values of all rows in order, and where each group begins -> one value per group.
_Fold = Callable[[np.ndarray, np.ndarray], np.ndarray]


def bars_from_ticks(ticks: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    """Bars of every timeframe-long stretch that holds a trade.

    Ordered by id, never by time: hundreds of trades share a millisecond.

    Parameters
    ----------
    ticks : DataFrame with columns id, price, quantity, traded_at, buyer_is_maker
        In any order; a repeated id counts once (its first row). `traded_at`
        holds aware timestamps. With the columns `first_trade_id` and
        `last_trade_id` a tick counts last - first + 1 trades, else one.

    Returns
    -------
    DataFrame
        COLUMNS by `start`. Volumes are exactly rounded sums (math.fsum), so
        they do not depend on the order or the batches the ticks came in. The
        first and last bar may be partial: only the caller knows.

    Raises
    ------
    AnalyticsError
        A column is missing or of the wrong kind, or an id, price or
        quantity is not a finite number.
    """
    _check_ticks(ticks)
    if ticks.empty:
        return _no_bars(pd.DatetimeIndex([], dtype="datetime64[us, UTC]"), COLUMNS)
    ticks = ticks.drop_duplicates("id").sort_values("id", kind="stable")
    starts = bar_starts(pd.DatetimeIndex(ticks["traded_at"]), timeframe)
    ticks, starts = _grouped(ticks, starts)
    index, begins = groups_of(starts)
    price, quantity, ids = (ticks[name].to_numpy(np.float64) for name in ("price", "quantity", "id"))
    bought = np.where(ticks["buyer_is_maker"].to_numpy(bool), 0.0, quantity)
    columns = {
        "open": _first(price, begins),
        "high": _highest(price, begins),
        "low": _lowest(price, begins),
        "close": _last(price, begins),
        "volume": _sum(quantity, begins),
        "quote_volume": _sum(price * quantity, begins),
        "trades": _total(_trades(ticks), begins),
        "taker_buy_volume": _sum(bought, begins),
        "first_id": _first(ids, begins),
        "last_id": _last(ids, begins),
    }
    return pd.DataFrame(columns, index=index)


def fold(bars: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    """Longer bars of shorter ones.

    Parameters
    ----------
    bars : DataFrame indexed by start (UTC), sorted or not, each start once
        Columns that are missing stay missing; columns that are not in COLUMNS
        are left out, since nobody knows how they fold. Rows without trades
        (trades 0, or volume 0 where trades are not counted, or no close) are
        skipped, so open is the first trade's.

    Returns
    -------
    DataFrame
        One row per longer bar that holds a trade. A longer bar of which only
        a part is covered is given too: only the caller knows.

    Raises
    ------
    AnalyticsError
        The index is not UTC time or holds a start twice.
    """
    _check_bars(bars)
    names = [name for name in COLUMNS if name in bars.columns]
    traded = bars.loc[_has_trades(bars), names].sort_index(kind="stable")
    if traded.empty:
        return _no_bars(pd.DatetimeIndex(traded.index), names)
    index, begins = groups_of(bar_starts(pd.DatetimeIndex(traded.index), timeframe))
    folded = {name: _FOLDS[name](traded[name].to_numpy(np.float64), begins) for name in names}
    return pd.DataFrame(folded, index=index)


def fill_gaps(bars: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    """The gapless grid from the first bar to the last.

    A bar that is missing (or has no close) stands flat at the close before
    it, without volume and trades, and is marked True in the column `synthetic`.

    Raises
    ------
    AnalyticsError
        The index is not UTC time, holds a start twice, or is off the grid.
    """
    _check_bars(bars)
    known = bars[bars["close"].notna()].sort_index()
    starts = pd.DatetimeIndex(known.index)
    rows, absent = grid_rows(starts.asi8, seconds(timeframe) * units_per_second(starts))
    filled = known.iloc[rows].set_axis(grid_from(starts, rows, timeframe))
    for name in filled.columns.intersection(["open", "high", "low"]):
        filled[name] = filled[name].where(~absent, filled["close"])
    for name in filled.columns.intersection(["volume", "quote_volume", "trades", "taker_buy_volume"]):
        filled[name] = filled[name].where(~absent, 0.0)
    for name in filled.columns.intersection(["first_id", "last_id"]):
        filled[name] = filled[name].where(~absent)
    marked = filled["synthetic"].to_numpy(bool) if "synthetic" in filled else np.zeros(len(filled), bool)
    filled["synthetic"] = marked | absent
    return filled


def _first(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return values[begins]


def _last(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return values[np.append(begins[1:], len(values)) - 1]


def _highest(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return np.maximum.reduceat(values, begins)


def _lowest(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return np.minimum.reduceat(values, begins)


def _total(counts: np.ndarray, begins: np.ndarray) -> np.ndarray:
    return np.add.reduceat(counts, begins)  # whole numbers add up exactly


def _sum(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Sums rounded once, whatever the order."""
    listed = values.tolist()
    ends = [*begins[1:].tolist(), len(listed)]
    return np.array([fsum(listed[begin:end]) for begin, end in zip(begins.tolist(), ends, strict=True)])


def _first_known(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """The first that is not NaN; NaN where all are."""
    return np.fmin.reduceat(values, begins)  # ids ascend


def _last_known(values: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """The last that is not NaN; NaN where all are."""
    return np.fmax.reduceat(values, begins)  # ids ascend


_FOLDS: dict[str, _Fold] = {
    "open": _first,
    "high": _highest,
    "low": _lowest,
    "close": _last,
    "volume": _sum,
    "quote_volume": _sum,
    "trades": _total,
    "taker_buy_volume": _sum,
    "first_id": _first_known,
    "last_id": _last_known,
}


def _grouped(ticks: pd.DataFrame, starts: pd.DatetimeIndex) -> tuple[pd.DataFrame, pd.DatetimeIndex]:
    """Ticks by bar, then by id: the exchange's time may step back between two ids."""
    if starts.is_monotonic_increasing:
        return ticks, starts
    order = np.argsort(starts.asi8, kind="stable")
    return ticks.iloc[order], pd.DatetimeIndex(starts[order])


def _trades(ticks: pd.DataFrame) -> np.ndarray:
    if "first_trade_id" not in ticks or "last_trade_id" not in ticks:
        return np.ones(len(ticks))
    return (ticks["last_trade_id"] - ticks["first_trade_id"] + 1).to_numpy(np.float64)


def _has_trades(bars: pd.DataFrame) -> pd.Series:
    counted = next((bars[name] > 0 for name in ("trades", "volume") if name in bars), None)
    priced = bars["close"].notna() if "close" in bars else pd.Series(True, index=bars.index)
    return priced if counted is None else priced & counted


def _no_bars(like: pd.DatetimeIndex, names: list[str] | tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: np.empty(0) for name in names}, index=utc_index(np.empty(0, np.int64), like.unit)
    )


def _check_ticks(ticks: pd.DataFrame) -> None:
    absent = [name for name in TICK_COLUMNS if name not in ticks]
    if absent:
        raise AnalyticsError(
            f"ticks need the columns {', '.join(TICK_COLUMNS)}; missing: {', '.join(absent)}"
        )
    if ticks.empty:
        return
    if not isinstance(ticks["traded_at"].dtype, pd.DatetimeTZDtype):
        raise AnalyticsError(f"traded_at must hold timestamps in UTC, not {ticks['traded_at'].dtype}")
    if ticks["buyer_is_maker"].dtype != bool:
        raise AnalyticsError(f"buyer_is_maker must be bool, not {ticks['buyer_is_maker'].dtype}")
    for name in ("id", "price", "quantity"):
        wrong = ~np.isfinite(ticks[name].to_numpy(np.float64))
        if wrong.any():
            raise AnalyticsError(f"tick {ticks['id'][wrong].iloc[0]} has no finite {name}")


def _check_bars(bars: pd.DataFrame) -> None:
    index = utc_starts(bars.index)
    if not index.is_unique:
        raise AnalyticsError(f"bars hold the start {index[index.duplicated()][0]} more than once")
