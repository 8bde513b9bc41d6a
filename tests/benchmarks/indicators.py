"""Processor time of bars, ledger and indicator snapshots; baselines are plain pandas in the same run.

python -m tests.benchmarks.indicators
"""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from statistics import median

import numpy as np
import pandas as pd

from analytics.bars import bars_from_ticks, fold
from analytics.forming import FormingBar, bar_of, bar_with
from analytics.indicators import bollinger, realised_volatility, rsi, rsi_divergence, vwap_bands
from analytics.indicators.snapshot import LONGEST_NEED_BARS, WARM_UP_BARS, SnapshotBatch, indicator_snapshots
from analytics.quality.completeness import completeness
from analytics.quality.holes import IdLedger
from analytics.records.market import Bar, Tick
from analytics.series import bars_of, frame_of
from tests.factories import MIDNIGHT, columns_of_frame, random_bars, random_ticks, tick_frame

TICKS = 100_000
SYMBOLS = 50


def main() -> None:
    """Print every table."""
    print(f"{'what':<58}{'ours':>14}{'plain pandas':>16}{'ratio':>9}")
    _print_ticks()
    _print_bars()
    _print_series()
    _print_snapshots()


def _print_ticks() -> None:
    ticks = random_ticks(seed=1, count=TICKS, ticks_per_second=100_000.0)
    forming = FormingBar(ticks[0], "1h")
    _row("FormingBar.add, per tick", _seconds(lambda: _added(ticks), repeats=5) / TICKS)
    _row("bar_with, per tick", _seconds(lambda: _with(ticks[:10_000]), repeats=5) / 10_000)
    _row("FormingBar.bar, per record", _seconds(forming.bar, repeats=2_000))
    _row("IdLedger.see in order, per tick", _seconds(lambda: _seen(ticks), repeats=5) / TICKS)


def _print_bars() -> None:
    frame = tick_frame(random_ticks(seed=2, count=TICKS, ticks_per_second=20.0))
    seconds = bars_from_ticks(frame, "1s")
    for timeframe in ("1s", "1m"):
        ours = _seconds(partial(bars_from_ticks, frame, timeframe), repeats=5)
        plain = _seconds(partial(_plain_bars, frame, timeframe), repeats=5)
        _row(f"bars_from_ticks, {TICKS} ticks -> {timeframe}", ours, plain)
    ours = _seconds(lambda: fold(seconds, "1m"), repeats=5)
    _row(f"fold, {len(seconds)} bars 1s -> 1m", ours, _seconds(lambda: _plain_fold(seconds), repeats=5))


def _print_snapshots() -> None:
    for history in (300, WARM_UP_BARS):
        bars = random_bars(seed=3, count=history + 1)
        starts = bars.index.to_pydatetime().tolist()
        ours = _seconds(partial(_snapshots, bars, starts, history), repeats=100)
        plain = _seconds(partial(_plain_figures, bars), repeats=30)
        _row(f"snapshot of 1 new bar, {history} bars before it", ours, plain)
    frame = random_bars(seed=4, count=WARM_UP_BARS + 1)
    records = bars_of(frame, symbol="BTCUSDT", timeframe="1m", is_final=True, source="ticks")
    _row(f"frame_of, {len(records)} records", _seconds(lambda: frame_of(records), repeats=50))
    every = _seconds(lambda: [_from_records(records) for _ in range(SYMBOLS)], repeats=5)
    _row(f"{SYMBOLS} symbols, records -> snapshots, {WARM_UP_BARS} bars each", every)
    bulk = random_bars(seed=5, count=WARM_UP_BARS + 1_000)
    starts = bulk.index.to_pydatetime().tolist()
    _row("1000 new bars at once", _seconds(lambda: _snapshots(bulk, starts, WARM_UP_BARS), repeats=5))


def _print_series() -> None:
    bars = random_bars(seed=6, count=1_440)
    close = bars["close"]
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "rsi 14": (lambda: rsi(close, 14), lambda: _plain_rsi(close)),
        "bollinger 20": (lambda: bollinger(close), lambda: _plain_bands(close)),
        "vwap_bands of the session": (lambda: vwap_bands(bars), lambda: _plain_session(bars)),
        "vwap_bands, rolling 60": (lambda: vwap_bands(bars, "rolling"), lambda: _plain_rolling(bars)),
        "realised_volatility 60": (
            lambda: realised_volatility(close, timeframe="1m"),
            lambda: np.sqrt(np.log(close).diff().pow(2).rolling(60).mean()),
        ),
        "rsi_divergence": (lambda: rsi_divergence(bars), lambda: _plain_divergence(bars)),
    }
    for name, (ours, plain) in pairs.items():
        times = _seconds(ours, repeats=100), _seconds(plain, repeats=30)
        _row(f"{name}, a series of {len(bars)} bars", *times)


def _added(ticks: list[Tick]) -> FormingBar:
    forming = FormingBar(ticks[0], "1h")
    for tick in ticks:
        forming.add(tick)
    return forming


def _with(ticks: list[Tick]) -> Bar:
    bar = bar_of(ticks[0], "1h")
    for tick in ticks:
        bar = bar_with(bar, tick)
    return bar


def _seen(ticks: list[Tick]) -> IdLedger:
    ledger = IdLedger("BTCUSDT")
    for tick in ticks:
        ledger.see(tick.id, tick.traded_at)
    return ledger


def _from_records(records: list[Bar]) -> SnapshotBatch:
    return _snapshots(frame_of(records), [bar.start for bar in records], len(records) - 1)


def _snapshots(bars: pd.DataFrame, starts: list[datetime], first_new: int) -> SnapshotBatch:
    """Snapshots as the task asks for them, the stamp of completeness included."""
    finals = [True] * len(starts)
    return indicator_snapshots(
        columns_of_frame(bars, symbol="BTCUSDT", timeframe="1m"),
        since=starts[first_new - 1],
        computed_at=MIDNIGHT,
        completeness_of=lambda moment: completeness(
            starts, finals, as_of=moment, bars=LONGEST_NEED_BARS, timeframe="1m", gaps=()
        ),
    )


def _plain_rsi(close: pd.Series) -> pd.Series:
    change = close.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-change.clip(upper=0)).ewm(alpha=1 / 14, adjust=False).mean()
    return 100 * gain / (gain + loss)


def _plain_bands(close: pd.Series) -> pd.DataFrame:
    mean, deviation = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
    lower, upper = mean - 2 * deviation, mean + 2 * deviation
    width = upper - lower
    columns = {"percent_b": (close - lower) / width, "bandwidth": width / mean}
    return pd.DataFrame({"lower": lower, "middle": mean, "upper": upper} | columns)


def _plain_session(bars: pd.DataFrame) -> pd.DataFrame:
    """Bands by E[p^2] - E[p]^2, which loses digits."""
    weighted = bars["quote_volume"] ** 2 / bars["volume"]
    sums = bars[["quote_volume", "volume"]].assign(square=weighted).groupby(bars.index.floor("D")).cumsum()
    return _banded(sums)


def _plain_rolling(bars: pd.DataFrame) -> pd.DataFrame:
    weighted = bars["quote_volume"] ** 2 / bars["volume"]
    return _banded(bars[["quote_volume", "volume"]].assign(square=weighted).rolling(60).sum())


def _banded(sums: pd.DataFrame) -> pd.DataFrame:
    mean = sums["quote_volume"] / sums["volume"]
    deviation = (sums["square"] / sums["volume"] - mean**2).clip(lower=0) ** 0.5
    return pd.DataFrame({"lower": mean - 2 * deviation, "middle": mean, "upper": mean + 2 * deviation})


def _plain_divergence(bars: pd.DataFrame) -> list[tuple[object, object]]:
    """Pivots by centred windows, then a loop over them."""
    strength, found = _plain_rsi(bars["close"]), []
    for name, side in (("low", 1), ("high", -1)):
        price = side * bars[name]
        turns = price[price == price.rolling(11, center=True).min()]
        known = strength[turns.index] * side
        for (first, one), (second, other) in pairwise(turns.items()):
            if (other - one) * (known[second] - known[first]) < 0:
                found.append((first, second))
    return found


def _plain_figures(bars: pd.DataFrame) -> dict[str, float]:
    """The same figures as they are usually written; their warm-up differs a little."""
    close = bars["close"]
    mean, deviation = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
    change = close.diff()
    gain = change.clip(lower=0).ewm(alpha=1 / 14, adjust=False).mean()
    loss = (-change.clip(upper=0)).ewm(alpha=1 / 14, adjust=False).mean()
    line = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    signal = line.ewm(span=9, adjust=False).mean()
    before = close.shift()
    ranges = [bars["high"] - bars["low"], (bars["high"] - before).abs(), (bars["low"] - before).abs()]
    day = bars.groupby(bars.index.floor("D"))[["quote_volume", "volume"]].cumsum()
    lower, upper = mean - 2 * deviation, mean + 2 * deviation
    figures = {
        "sma_20": mean,
        "ema_20": close.ewm(span=20, adjust=False).mean(),
        "rsi_14": 100 * gain / (gain + loss),
        "macd": line,
        "macd_signal": signal,
        "macd_histogram": line - signal,
        "bollinger_lower": lower,
        "bollinger_upper": upper,
        "bollinger_percent_b": (close - lower) / (upper - lower),
        "bollinger_bandwidth": (upper - lower) / mean,
        "atr_14": pd.concat(ranges, axis=1).max(axis=1).ewm(alpha=1 / 14, adjust=False).mean(),
        "vwap_session": day["quote_volume"] / day["volume"],
        "volatility_bar": np.sqrt(np.log(close).diff().pow(2).rolling(60).mean()),
    }
    for name, banded in (("session", _plain_session(bars)), ("rolling", _plain_rolling(bars))):
        figures |= {f"vwap_{name}_{line}": banded[line] for line in ("lower", "middle", "upper")}
    _plain_divergence(bars)
    return {name: float(values.iloc[-1]) for name, values in figures.items()}


def _plain_bars(ticks: pd.DataFrame, timeframe: str) -> pd.DataFrame:
    bought = ticks["quantity"].where(~ticks["buyer_is_maker"], 0.0)
    ticks = ticks.assign(quote=ticks["price"] * ticks["quantity"], bought=bought).sort_values("id")
    by_bar = ticks.groupby(ticks["traded_at"].dt.floor({"1s": "1s", "1m": "60s"}[timeframe]))
    return by_bar.agg(
        open=("price", "first"),
        high=("price", "max"),
        low=("price", "min"),
        close=("price", "last"),
        volume=("quantity", "sum"),
        quote_volume=("quote", "sum"),
        trades=("id", "size"),
        taker_buy_volume=("bought", "sum"),
        first_id=("id", "first"),
        last_id=("id", "last"),
    )


def _plain_fold(bars: pd.DataFrame) -> pd.DataFrame:
    sums = dict.fromkeys(("volume", "quote_volume", "trades", "taker_buy_volume"), "sum")
    ends = {
        "open": "first",
        "high": "max",
        "low": "min",
        "close": "last",
        "first_id": "first",
        "last_id": "last",
    }
    return bars.groupby(bars.index.floor("60s")).agg(ends | sums)


def _seconds(function: Callable[[], object], *, repeats: int) -> float:
    """Median processor time of a call, so that neighbours on the machine count less."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        function()
        times.append(time.process_time() - begin)
    return median(times)


def _row(what: str, ours: float, plain: float | None = None) -> None:
    against = f"{_shown(plain):>16}{plain / ours:>8.1f}x" if plain is not None else ""
    print(f"{what:<58}{_shown(ours):>14}{against}")


def _shown(seconds: float) -> str:
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= size:
            return f"{seconds / size:.2f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


if __name__ == "__main__":
    main()
