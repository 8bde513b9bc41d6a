"""Ticks, bars and random walks for tests; every one with a seed or without chance."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from analytics.grid import start_seconds
from analytics.pairs.market import PairPrices
from analytics.records.columns import BarColumns
from analytics.records.market import Bar, Gap, Tick
from analytics.records.snapshots import Completeness
from analytics.timeframes import seconds

MIDNIGHT = datetime(2024, 8, 8, tzinfo=UTC)


def at(second: float) -> datetime:
    """A moment, so many seconds after MIDNIGHT."""
    return MIDNIGHT + timedelta(seconds=second)


def tick(id: int, price: float = 100.0, quantity: float = 1.0, second: float = 0.0, **fields: object) -> Tick:
    """One tick; whatever is not said is plain."""
    values: dict[str, object] = {
        "symbol": "BTCUSDT",
        "id": id,
        "price": price,
        "quantity": quantity,
        "traded_at": at(second),
        "received_at": at(second) + timedelta(milliseconds=40),
        "buyer_is_maker": False,
        "first_trade_id": id,
        "last_trade_id": id,
    }
    return Tick(**(values | fields))  # type: ignore[arg-type]  # keywords of the caller's choice


def random_ticks(seed: int, count: int, *, ticks_per_second: float = 10.0) -> list[Tick]:
    """Ticks with ids from 1 on, moving by small steps, at random moments that never go back."""
    random = np.random.default_rng(seed)
    moments = random.exponential(1 / ticks_per_second, count).cumsum()
    prices = 100 + 0.01 * random.integers(-5, 6, count).cumsum()
    quantities = random.integers(1, 1_000, count) / 1_000
    sold = random.random(count) < 0.5
    rows = zip(prices.tolist(), quantities.tolist(), moments.tolist(), sold.tolist(), strict=True)
    return [tick(id, p, q, s, buyer_is_maker=m) for id, (p, q, s, m) in enumerate(rows, start=1)]


def tick_frame(ticks: list[Tick]) -> pd.DataFrame:
    """Ticks as the frame that `bars_from_ticks` takes."""
    return pd.DataFrame([asdict(one) for one in ticks])


def bar(start: datetime = MIDNIGHT, timeframe: str = "1m", close: float = 100.0, **fields: object) -> Bar:
    """One final bar, flat unless told otherwise."""
    values: dict[str, object] = {
        "symbol": "BTCUSDT",
        "timeframe": timeframe,
        "start": start,
        "open": close,
        "high": close,
        "low": close,
        "close": close,
        "volume": 2.0,
        "quote_volume": 2.0 * close,
        "trades": 2,
        "taker_buy_volume": 1.0,
        "first_id": None,
        "last_id": None,
        "is_final": True,
        "source": "ticks",
    }
    return Bar(**(values | fields))  # type: ignore[arg-type]  # keywords of the caller's choice


def gap(first_id: int, last_id: int, **fields: object) -> Gap:
    """One open gap that was found at MIDNIGHT, between moments that are not known."""
    values: dict[str, object] = {
        "symbol": "BTCUSDT",
        "first_id": first_id,
        "last_id": last_id,
        "state": "open",
        "found_at": MIDNIGHT,
        "after": None,
        "before": None,
    }
    return Gap(**(values | fields))  # type: ignore[arg-type]  # keywords of the caller's choice


def starts_of(count: int, timeframe: str = "1m", *, first: datetime = MIDNIGHT) -> pd.DatetimeIndex:
    """So many consecutive starts of bars."""
    moments = [first + timedelta(seconds=position * seconds(timeframe)) for position in range(count)]
    return pd.DatetimeIndex(moments, dtype="datetime64[us, UTC]", name="start")


def random_closes(seed: int, count: int, *, price: float = 100.0, timeframe: str = "1m") -> pd.Series:
    """A random walk of closes, one per bar, with a standard deviation of 0.1 % each."""
    steps = np.random.default_rng(seed).normal(0, 0.001, count)
    return pd.Series(price * np.exp(steps.cumsum()), index=starts_of(count, timeframe), name="close")


def random_bars(seed: int, count: int, *, price: float = 100.0, timeframe: str = "1m") -> pd.DataFrame:
    """Bars around a random walk, whose high and low bracket open and close."""
    random = np.random.default_rng(seed + 1_000_000)
    close = random_closes(seed, count, price=price, timeframe=timeframe)
    opened = close.shift(1, fill_value=price)
    reach = 0.0005 * price * random.random((2, count))
    volume = random.exponential(5.0, count) + 0.001
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) + reach[0],
            "low": np.minimum(opened, close) - reach[1],
            "close": close,
            "volume": volume,
            "quote_volume": volume * (opened + close) / 2,
            "trades": random.integers(1, 50, count).astype(np.float64),
            "taker_buy_volume": volume * random.random(count),
        }
    )


def planted_pair(
    seed: int, count: int, *, beta: float = 1.2, half_life: float = 20.0, deviation: float = 0.002
) -> tuple[pd.Series, pd.Series]:
    """Log prices y = 0.5 + beta x + spread; x a random walk, the spread reverting to zero."""
    random = np.random.default_rng(seed)
    x = 4.0 + 0.001 * random.normal(size=count).cumsum()
    phi = 0.5 ** (1 / half_life)
    steps = deviation * np.sqrt(1 - phi * phi) * random.normal(size=count)
    spread = np.empty(count)
    last = deviation * random.normal()
    for place, step in enumerate(steps):
        last = spread[place] = phi * last + step
    index = starts_of(count)
    return pd.Series(0.5 + beta * x + spread, index=index), pd.Series(x, index=index)


def priced_pair(
    closes: pd.DataFrame,
    *,
    timeframe: str = "1m",
    names: tuple[str, str] | None = None,
    completeness: Completeness | None = None,
) -> PairPrices:
    """The two columns as a pair, y first; whole unless said otherwise."""
    y, x = (str(name) for name in closes.columns)
    whole = Completeness(len(closes), len(closes), len(closes), 0)
    return PairPrices(y, x, timeframe, closes, completeness or whole, names or (y, x))


def columns_of_frame(
    frame: pd.DataFrame, *, symbol: str, timeframe: str, is_final: bool = True
) -> BarColumns:
    """A frame of bars as columns of plain numbers."""
    high, low, close, volume, quote_volume = (
        frame[name].to_numpy(np.float64).tolist()
        for name in ("high", "low", "close", "volume", "quote_volume")
    )
    starts, finals = start_seconds(frame.index).tolist(), [is_final] * len(frame)
    return BarColumns(symbol, timeframe, starts, high, low, close, volume, quote_volume, finals)
