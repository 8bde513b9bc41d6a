"""Symbols with planted pairs among walks, in the store: bars up to now, and their scans."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from analytics.records.market import Instrument
from analytics.timeframes import bar_start, length
from tests.factories import bar, planted_pair, random_closes
from tests.integration.web.market_seed import seed_processes
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.instruments import save_instruments
from workers.store.market_clock import save_market_clock
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import fill_watchlist
from workers.tasks.history import HISTORY_SPAN
from workers.tasks.scan import compute_scans

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")


def scan_walks(symbols: Sequence[str], count: int) -> dict[str, np.ndarray]:
    """The first two return to each other within minutes; the others walk by themselves."""
    planted = [np.exp(series).to_numpy() for series in planted_pair(11, count, half_life=12)]
    walks = {symbol: random_closes(50 + place, count).to_numpy() for place, symbol in enumerate(symbols)}
    return walks | dict(zip(symbols[:2], planted, strict=True))


def seed_scans(counts: Mapping[str, int], symbols: Sequence[str] = SYMBOLS) -> datetime:
    """So many closed bars of each timeframe and symbol up to now, and their scans; the moment."""
    now = datetime.now(UTC).replace(microsecond=0)
    ensure_indexes()
    step = Decimal("0.00001")
    offered = [*symbols, "DOGEUSDT"]
    save_instruments([Instrument(name, name[:-4], "USDT", "TRADING", step, step) for name in offered])
    fill_watchlist(symbols)
    for timeframe, count in counts.items():
        first = bar_start(now, timeframe) - count * length(timeframe)
        for symbol, closes in scan_walks(symbols, count).items():
            starts = (first + k * length(timeframe) for k in range(count))
            pairs = zip(starts, closes.tolist(), strict=True)
            save_bars([bar(start, timeframe, close, symbol=symbol) for start, close in pairs])
    for symbol in symbols:
        save_progress(BarProgress(symbol, 1, now))
        save_seam(Seam(symbol, HISTORY, now - HISTORY_SPAN, now, None))  # a bar without trades is known
    save_market_clock(now)
    seed_processes(now)
    compute_scans()
    return now
