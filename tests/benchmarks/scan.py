"""A scan of all pairs against a loop over statsmodels, in one run on one machine.

    python -m tests.benchmarks.scan [--symbols 100] [--bars 1440] [--sample 40]

prints what a scan of 100 symbols x 1,440 bars costs (9,900 tests, both
directions), what statsmodels' `coint` costs for some of these tests and so for
all, the ratio, and how far the numbers of these tests lie apart; then the cost
of a pair by the number of bars. It fails where numbers differ by more than
1e-9. Half of the symbols are random walks, half real prices where they are at
hand. Both sides are measured in turns, best of several, with one BLAS thread
each (OPENBLAS_NUM_THREADS to choose otherwise).
"""

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  # after the threads were limited
import pandas as pd  # noqa: E402
from statsmodels.tsa.stattools import coint  # noqa: E402

from analytics.pairs import engle_granger, scan_pairs  # noqa: E402
from analytics.pairs.dickey_fuller import longest_lag  # noqa: E402
from tests.captured import KLINE_SYMBOLS, captured_klines  # noqa: E402
from tests.exact import exact_engle_granger  # noqa: E402

TURNS = 5
SAME = 1e-9
FEWEST_LAGS = 17  # tried with 360 bars


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=100)
    parser.add_argument("--bars", type=int, default=1_440)
    parser.add_argument("--sample", type=int, default=40)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    closes = prices(options.symbols, options.bars)
    scan_pairs(prices(3, 200))  # compiled, or loaded from the disk
    compare(closes, options.sample)
    by_bars(options.symbols)


def prices(symbols: int, bars: int) -> pd.DataFrame:
    """Walks, and as many pieces of real prices as there are, taken from different days."""
    random = np.random.default_rng(1)
    walks = np.exp(random.normal(0, 1e-3, (bars, symbols)).cumsum(axis=0) + 4)
    table = pd.DataFrame(walks, columns=[f"W{number:03d}" for number in range(symbols)])
    for place, piece in enumerate(real_pieces(symbols // 2, bars)):
        table[table.columns[place]] = piece
    return table


def real_pieces(count: int, bars: int) -> list[np.ndarray]:
    try:
        klines = [captured_klines(symbol, "1m")["close"].to_numpy() for symbol in KLINE_SYMBOLS]
    except BaseException:  # noqa: BLE001  # pytest's word for "not here" is no Exception
        return []
    starts = [(place // len(klines)) * 3_000 for place in range(count)]
    pieces = [klines[place % len(klines)][start : start + bars] for place, start in enumerate(starts)]
    return [piece for piece in pieces if len(piece) == bars]


def compare(closes: pd.DataFrame, sample: int) -> None:
    """The two sides in turns, and how far they lie apart."""
    table = scan_pairs(closes).set_index(["y", "x"])
    tested = table.index[table["reason"].isna()]
    random = np.random.default_rng(2)
    pairs = [tested[place] for place in random.choice(len(tested), sample, replace=False)]
    logs = np.log(closes)
    ours, theirs, single = [], [], []
    for turn in range(TURNS):
        ours.append(seconds(lambda: scan_pairs(closes)))
        some = pairs[turn::TURNS]
        theirs.append(seconds(lambda: [coint(logs[y], logs[x]) for y, x in some]) / len(some))  # noqa: B023
        single.append(seconds(lambda: [engle_granger(logs[y], logs[x]) for y, x in some]) / len(some))  # noqa: B023
    tests = len(table)
    whole = min(theirs) * tests
    print(f"{closes.shape[1]} symbols x {len(closes):,} bars, {tests:,} tests, both directions\n")
    print(f"{'':34}{'whole scan':>14}{'one test':>14}")
    line("statsmodels coint, one by one", whole, min(theirs))
    line("engle_granger, one by one", min(single) * tests, min(single))
    line("scan_pairs", min(ours), min(ours) / tests)
    print(f"\nscan_pairs is {whole / min(ours):,.0f} times as fast as the loop over statsmodels")
    print(f"({sample} of its tests were measured, {TURNS} turns; the quickest of each side counts)\n")
    agree(logs, pairs, table)


def agree(logs: pd.DataFrame, pairs: Sequence[tuple[str, str]], table: pd.DataFrame) -> None:
    """Largest differences in t and p; ends the run where they are no rounding.

    statsmodels loses digits of prices as they are. With the means off, which is the same
    test, it keeps them; and fifty digits tell the statistic without either.
    """
    raw, exact, digits = np.zeros(2), np.zeros(2), 0.0
    for y, x in pairs:
        row = table.loc[(y, x)]
        ours = np.array([row["statistic"], row["p_value"]])
        raw = np.maximum(raw, np.abs(ours - coint(logs[y], logs[x])[:2]))
        centred = (logs[name] - logs[name].mean() for name in (y, x))
        exact = np.maximum(exact, np.abs(ours - coint(*centred)[:2]))
        digits = np.maximum(digits, abs(ours[0] - exact_engle_granger(logs[y], logs[x], int(row["lags"]))))
    print(f"largest difference, {len(pairs)} pairs                {'t':>10}{'p':>10}")
    print(f"  to coint, prices as they are            {raw[0]:10.1e}{raw[1]:10.1e}")
    print(f"  to coint, means taken off               {exact[0]:10.1e}{exact[1]:10.1e}")
    print(f"  to fifty digits                         {digits:10.1e}\n")
    if not np.max([*exact, digits]) <= SAME:
        sys.exit(f"the numbers differ by more than {SAME:g}")


def by_bars(symbols: int) -> None:
    """What a pair costs by the number of bars: with the lags these ask for, and with those of the fewest.

    Processor time of all threads, so that neighbours on the machine count less.
    """
    print(
        f"{'bars':>8}{'lags tried':>12}{'us per pair':>14}{f'with {FEWEST_LAGS} lags':>16}   processor time"
    )
    tables = {bars: prices(symbols, bars) for bars in (360, 1_440, 5_760, 10_080)}
    cost = {(bars, most): np.inf for bars in tables for most in (None, FEWEST_LAGS)}
    for _turn in range(TURNS):
        for bars, most in cost:
            taken = processor_seconds(lambda: scan_pairs(tables[bars], max_lag=most))  # noqa: B023
            cost[bars, most] = min(cost[bars, most], taken)
    each = {key: least / (symbols * (symbols - 1)) * 1e6 for key, least in cost.items()}
    for bars in tables:
        print(f"{bars:8,}{longest_lag(bars):12}{each[bars, None]:14.1f}{each[bars, FEWEST_LAGS]:16.1f}")


def line(name: str, whole: float, each: float) -> None:
    print(f"{name:34}{whole * 1e3:11,.0f} ms{each * 1e6:11,.1f} us")


def processor_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
