"""Symbols that move together, in the store: bars up to now, and their correlations."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from analytics.records.market import Instrument
from analytics.timeframes import bar_start, length
from tests.factories import bar
from tests.integration.web.market_seed import seed_processes
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.instruments import save_instruments
from workers.store.market_clock import save_market_clock
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import fill_watchlist
from workers.tasks.correlations import compute_correlations
from workers.tasks.history import HISTORY_SPAN

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
GROUPS = 3  # symbols of a group move together


def seed_correlations(
    counts: Mapping[str, int], symbols: Sequence[str] = SYMBOLS, *, seed: int = 1
) -> datetime:
    """So many closed bars of each timeframe and symbol up to now, and what follows from them; the moment.

    One more symbol is offered by the exchange, and has no bars.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    ensure_indexes()
    offered = [*symbols, "DOGEUSDT"]
    step = Decimal("0.00001")
    save_instruments([Instrument(name, name[:-4], "USDT", "TRADING", step, step) for name in offered])
    fill_watchlist(symbols)
    for timeframe, count in counts.items():
        for symbol, closes in zip(symbols, _walks(seed, count, len(symbols)), strict=True):
            first = bar_start(now, timeframe) - count * length(timeframe)
            steps = enumerate(closes.tolist())
            save_bars([bar(first + k * length(timeframe), timeframe, c, symbol=symbol) for k, c in steps])
    for symbol in symbols:
        save_progress(BarProgress(symbol, 1, now))
        save_seam(Seam(symbol, HISTORY, now - HISTORY_SPAN, now, None))  # a bar without trades is known
    save_market_clock(now)
    seed_processes(now)
    compute_correlations()
    return now


def _walks(seed: int, count: int, symbols: int) -> np.ndarray:
    """Random walks, a row each: a common part, a part of each group, a part of their own."""
    random = np.random.default_rng(seed)
    groups = random.normal(0, 0.0006, (GROUPS, count))[np.arange(symbols) * GROUPS // symbols]
    steps = random.normal(0, 0.0004, count) + groups + random.normal(0, 0.0004, (symbols, count))
    walks: np.ndarray = 100 * np.exp(steps.cumsum(axis=1))
    return walks
