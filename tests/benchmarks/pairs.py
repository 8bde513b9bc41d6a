"""From a closed bar to stored and published snapshots of 50 pairs, and what one of them costs.

python -m tests.benchmarks.pairs
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import numpy as np
import pandas as pd
from statsmodels.tsa.stattools import coint

from analytics.kernels.discounted_line import discounted_line
from analytics.pairs.analysis import pair_analysis
from analytics.pairs.choice import PairChoice
from analytics.pairs.hedge_ratio import HEDGE_METHODS
from analytics.pairs.kalman import kalman_path
from analytics.pairs.snapshot import pair_snapshot
from tests.benchmarks.indicator_task import _servers
from tests.factories import MIDNIGHT, bar, planted_pair, priced_pair
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.pairs import fill_pairs
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.tasks.pairs import compute_pairs

BARS = 1_440
ROUNDS = 9
PAIRS = [(f"Y{number:02}USDT", f"X{number % 10:02}USDT") for number in range(50)]
GOAL_SECONDS = 1.0


def main() -> None:
    """Print what the parts cost in processor time, then the whole way through the store."""
    print(f"{'what':<64}{'median':>12}{'worst':>12}{'against':>12}")
    _parts()
    with _servers():
        _task()


def _parts() -> None:
    y, x = planted_pair(1, BARS)
    closes = pd.DataFrame({"Y": np.exp(y), "X": np.exp(x)})
    prices, now = priced_pair(closes), datetime.now(UTC)
    snapshot = _timed(lambda: pair_snapshot(prices, computed_at=now), 30)
    slow = _timed(lambda: (coint(y, x), coint(x, y)), 3)
    _row(f"a snapshot of {BARS} bars; against two coint of statsmodels alone", snapshot, slow)
    left, right = y.to_numpy(), x.to_numpy()
    compiled = _timed(lambda: kalman_path(left, right), 30)
    plain = _timed(lambda: discounted_line.py_func(left, right, 0.999, 60), 5)
    _row("Kalman path; against the same loop in plain Python", compiled, plain)
    for method in HEDGE_METHODS:
        choice = PairChoice(method=method)
        _row(
            f"analysis of a page, {method}",
            _timed(lambda c=choice: pair_analysis(prices, c, computed_at=now), 3),  # type: ignore[misc]
        )


def _task() -> None:
    ensure_indexes()
    fill_pairs(PAIRS)
    series = _series()
    _store(series, 0, BARS)
    _row("50 pairs, first run", [_once(compute_pairs)])
    times = []
    for place in range(BARS, BARS + ROUNDS):
        _store(series, place, place + 1)
        times.append(_once(compute_pairs))
        stored = [load_pair_snapshot(*pair, "1m") for pair in PAIRS]
        assert {row.as_of for row in stored if row} == {MIDNIGHT + timedelta(minutes=place)}
        assert None not in stored
    _row(f"50 pairs after a 1m bar closed; goal with the symbols {GOAL_SECONDS} s", times)


def _series() -> dict[str, list[float]]:
    symbols = sorted({symbol for pair in PAIRS for symbol in pair})
    made = {}
    for seed, symbol in enumerate(symbols):
        made[symbol] = np.exp(planted_pair(seed, BARS + ROUNDS)[0].to_numpy()).tolist()
    return made


def _store(series: dict[str, list[float]], first: int, end: int) -> None:
    minute = timedelta(minutes=1)
    for symbol, closes in series.items():
        places = range(first, end)
        save_bars([bar(MIDNIGHT + place * minute, "1m", closes[place], symbol=symbol) for place in places])
        until = MIDNIGHT + end * minute
        save_progress(BarProgress(symbol, end, until))
        save_seam(Seam(symbol, HISTORY, MIDNIGHT, until, None))


def _once(work: Callable[[], object]) -> float:
    """Processor time of this process: the machine may have other things to do."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _timed(work: Callable[[], object], times: int) -> list[float]:
    work()
    return [_once(work) for _ in range(times)]


def _row(what: str, times: list[float], other: list[float] | None = None) -> None:
    ratio = f"{median(other) / median(times):.0f} x" if other else ""
    print(f"{what:<64}{1e3 * median(times):>9.2f} ms{1e3 * max(times):>9.2f} ms{ratio:>12}")


if __name__ == "__main__":
    main()
