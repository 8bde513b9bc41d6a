"""A planted pair in the store: bars of two symbols, and the snapshots of what is watched."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from analytics.timeframes import bar_start, length
from tests.factories import bar, planted_pair
from tests.integration.web.market_seed import seed_processes, seed_symbols, tick
from workers.jobs import JOBS
from workers.messages.pairs import pair_analysis_json
from workers.store.bars import save_bars
from workers.store.market_clock import save_market_clock
from workers.store.pair_market import load_newest_closed
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, save_progress
from workers.store.results import result_key, save_result
from workers.store.rewritten import state_of_bars
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.ticks import save_ticks
from workers.tasks import pair_requests
from workers.tasks.pairs import compute_pairs

ETH, BTC, DOGE = "ETHUSDT", "BTCUSDT", "DOGEUSDT"


def seed_pair(
    counts: dict[str, int], *, seed: int = 1, watched: bool = True, deviation: float = 0.002
) -> datetime:
    """So many closed bars of each timeframe of ETH and BTC up to now, and their snapshots; the moment."""
    now = datetime.now(UTC).replace(microsecond=0)
    seed_symbols()
    for timeframe, count in counts.items():
        pair = planted_pair(seed, count, half_life=6.0, deviation=deviation)
        for symbol, logs in zip((ETH, BTC), pair, strict=True):
            _store(symbol, timeframe, np.exp(logs.to_numpy() + 4).tolist(), now)
    for symbol in (ETH, BTC):
        save_progress(BarProgress(symbol, 1, now))
        save_seam(Seam(symbol, HISTORY, now, now, None))
    if watched:
        add_pair((ETH, BTC))
        compute_pairs()
    seed_processes(now)
    save_market_clock(now)
    return now


def _store(symbol: str, timeframe: str, closes: list[float], now: datetime) -> None:
    first = bar_start(now, timeframe) - len(closes) * length(timeframe)
    steps = enumerate(closes)
    save_bars([bar(first + place * length(timeframe), timeframe, c, symbol=symbol) for place, c in steps])
    save_ticks([tick(symbol, id=1_000, price=closes[-1], traded_at=now)])


def seed_analysis(**choice: object) -> None:
    """Store what the page of the pair asks for, as the worker would."""
    given = {"y": ETH, "x": BTC, **choice}
    asked: dict[str, Any] = {
        name: given.get(name, rule.default) for name, rule in JOBS["pair_analysis"].parameters.items()
    }
    newest = load_newest_closed([ETH, BTC], asked["tf"])
    assert newest is not None
    prices = pair_requests.newest_prices(ETH, BTC, asked["tf"], asked["window"])
    found = pair_requests.analysis_of(prices, asked)
    key = result_key("pair_analysis", asked, state_of_bars([ETH, BTC], asked["tf"], newest))
    save_result(key, pair_analysis_json(found))
