"""From a closed bar to stored and published snapshots of 50 symbols and 50 pairs of them.

Through the real tasks, store and Redis, in one process, one task after the other.

python -m tests.benchmarks.indicator_task
"""

import dataclasses
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice, permutations
from pathlib import Path
from statistics import median

from analytics.records.market import Bar
from analytics.series import bars_of
from analytics.timeframes import length
from tests.factories import MIDNIGHT, random_bars
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer
from workers.settings import settings_from, use_settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.indicators import load_latest_indicators
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.pairs import fill_pairs
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import fill_watchlist
from workers.tasks.correlations import compute_correlations
from workers.tasks.indicators import compute_indicators
from workers.tasks.pairs import compute_pairs
from workers.tasks.scan import compute_scans

SYMBOLS = [f"S{number:02}USDT" for number in range(50)]
PAIRS = list(islice(permutations(SYMBOLS, 2), 0, None, 49))  # 50, each symbol once y
HISTORY_BARS = {"1s": 700, "1m": 1_600}
ROUNDS = 9
GOALS = {"1s": 0.5, "1m": 1.0}


def main() -> None:
    """Print how long a round takes, wall clock and processor of this process."""
    with _servers():
        ensure_indexes()
        fill_watchlist(SYMBOLS)
        fill_pairs(PAIRS)
        print(f"{'what':<58}{'median':>12}{'worst':>12}{'processor':>12}{'goal':>10}")
        for timeframe, goal in GOALS.items():
            series = {symbol: _bars(symbol, timeframe, seed) for seed, symbol in enumerate(SYMBOLS)}
            _store(series, 0, HISTORY_BARS[timeframe])
            begun = _timed(compute_indicators)
            _row(
                f"{HISTORY_BARS[timeframe]} bars of {len(SYMBOLS)} symbols, first run, {timeframe}",
                [begun],
                None,
            )
            _rounds(series, timeframe, goal)


def _rounds(series: dict[str, list[Bar]], timeframe: str, goal: float) -> None:
    indicators, pairs, correlations, scans = [], [], [], []
    for place in range(HISTORY_BARS[timeframe], HISTORY_BARS[timeframe] + ROUNDS):
        _store(series, place, place + 1)
        indicators.append(_timed(compute_indicators))
        pairs.append(_timed(compute_pairs))
        correlations.append(_timed(compute_correlations))
        scans.append(_timed(compute_scans))
        newest = load_latest_indicators(SYMBOLS[-1], timeframe)
        assert newest is not None
        assert newest.as_of == series[SYMBOLS[-1]][place].start
    # The first round fills what the process keeps; every later one is what a running product does.
    _row(f"{len(SYMBOLS)} symbols after a {timeframe} bar closed: indicators, first", indicators[:1], None)
    _row(f"{len(SYMBOLS)} symbols after a {timeframe} bar closed: indicators", indicators[1:], goal)
    if timeframe == "1s":  # nothing else is computed of seconds
        return
    stored = [load_pair_snapshot(*pair, timeframe) for pair in PAIRS]
    assert {row.as_of if row else None for row in stored} == {series[SYMBOLS[-1]][place].start}
    both = [(a + c, b + d) for (a, b), (c, d) in zip(indicators, pairs, strict=True)]
    _row(f"{len(PAIRS)} pairs", pairs[1:], None)
    _row(f"{len(SYMBOLS)} symbols and {len(PAIRS)} pairs", both[1:], goal)
    _row("correlations of all", correlations[1:], None)
    _row(f"scan of {len(SYMBOLS) * (len(SYMBOLS) - 1):,} ordered pairs", scans[1:], None)


@contextmanager
def _servers() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        mongo = MongoServer(Path(folder) / "mongo" / "data", cache_gb=0.5)
        redis = RedisServer(Path(folder) / "redis" / "data")
        mongo.start()
        redis.start()
        servers = {
            "MONGO_URL": mongo.url,
            "REDIS_URL": redis.url,
            "SOURCE": "SIMULATED",
            "SECRET_KEY": "none",
        }
        nowhere = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
        try:
            with use_settings(dataclasses.replace(settings_from(servers | nowhere), database="benchmark")):
                yield
        finally:
            redis.stop()
            mongo.stop()


def _bars(symbol: str, timeframe: str, seed: int) -> list[Bar]:
    frame = random_bars(seed, HISTORY_BARS[timeframe] + ROUNDS, timeframe=timeframe)
    if timeframe == "1m":  # behind the seconds
        frame = frame.set_axis(frame.index + timedelta(hours=1))
    return bars_of(frame, symbol=symbol, timeframe=timeframe, is_final=True, source="ticks")


def _store(series: dict[str, list[Bar]], begin: int, end: int) -> None:
    if end - begin == 1:
        save_bars([bars[begin] for bars in series.values()])
    for symbol, bars in series.items():
        if end - begin > 1:
            save_bars(bars[begin:end])
        save_progress(BarProgress(symbol, end, bars[end - 1].start + length(bars[0].timeframe)))
        save_seam(Seam(symbol, HISTORY, MIDNIGHT, MIDNIGHT, None))


def _timed(function: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - processor


def _row(what: str, times: list[tuple[float, float]], goal: float | None) -> None:
    walls, processors = zip(*times, strict=True)
    shown = [f"{1_000 * value:.0f} ms" for value in (median(walls), max(walls), median(processors))]
    print(
        f"{what:<58}{shown[0]:>12}{shown[1]:>12}{shown[2]:>12}{f'{goal} s' if goal else '':>10}", flush=True
    )


if __name__ == "__main__":
    main()
