"""A market with something on every page: eight symbols that move together, pairs that return to each other,
and what the workers' own tasks make of them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from analytics.bars import fold
from analytics.records.market import Bar
from analytics.series import bars_of, frame_of
from analytics.timeframes import bar_start, length
from tests.browser.lively_events import seed_events
from tests.integration.web.market_seed import seed_processes, seed_symbols, tick
from tests.integration.web.pair_seed import seed_analysis
from workers.store.bars import save_bars
from workers.store.market_clock import save_market_clock
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.ticks import save_ticks
from workers.tasks.correlations import compute_correlations
from workers.tasks.indicators import compute_indicators
from workers.tasks.pairs import compute_pairs
from workers.tasks.quality import judge_quality
from workers.tasks.scan import compute_scans
from workers.tasks.summaries import summarise_symbols

PRICES = {
    "BTCUSDT": 61_837.6,
    "ETHUSDT": 2_630.4,
    "BNBUSDT": 561.2,
    "SOLUSDT": 148.35,
    "XRPUSDT": 0.5821,
    "ADAUSDT": 0.3574,
    "LINKUSDT": 11.24,
    "AVAXUSDT": 26.48,
}
STEPS = dict.fromkeys(PRICES, "0.01000000") | {"XRPUSDT": "0.00010000", "ADAUSDT": "0.00010000"}
PAIRS = {"ETHUSDT": "BTCUSDT", "AVAXUSDT": "SOLUSDT"}  # y returns to x
MINUTES, SECONDS = 1_620, 400
FOLDED = ("5m", "15m", "1h")
OTHER_WINDOW = 720  # beside the usual one, so that a page can switch to it


def seed_lively_market() -> datetime:
    """Store it as of now; returns that moment."""
    now = datetime.now(UTC).replace(microsecond=0)
    seed_symbols(tuple(PRICES), STEPS)
    for symbol, closes in lively_closes().items():
        _seed_bars(symbol, closes, now)
        save_progress(BarProgress(symbol, 1_000, now))
        save_seam(Seam(symbol, HISTORY, now - timedelta(days=2), now - timedelta(days=1), None))
        save_ticks([tick(symbol, id=1_000, price=PRICES[symbol], traded_at=now)])
    for pair in PAIRS.items():
        add_pair(pair)
    seed_processes(now)
    save_market_clock(now)
    for task in (compute_indicators, compute_scans, compute_pairs, compute_correlations, summarise_symbols):
        task()
    seed_analysis()
    seed_analysis(window=OTHER_WINDOW)
    judge_quality()
    seed_events(now)
    return now


def lively_closes(seed: int = 5) -> Mapping[str, np.ndarray]:
    """A close of each minute, the last one the price of the symbol: walks with a common part, and pairs."""
    random = np.random.default_rng(seed)
    common = random.normal(0, 0.0005, MINUTES)
    steps = {symbol: common + random.normal(0, 0.0004, MINUTES) for symbol in PRICES}
    logs = {symbol: each.cumsum() for symbol, each in steps.items()}
    for y, x in PAIRS.items():
        logs[y] = 1.15 * logs[x] + _returning(random, half_life=14.0, deviation=0.0022)
    return {symbol: PRICES[symbol] * np.exp(walk - walk[-1]) for symbol, walk in logs.items()}


def _returning(random: np.random.Generator, *, half_life: float, deviation: float) -> np.ndarray:
    stays = 0.5 ** (1 / half_life)
    spread = np.zeros(MINUTES)
    pushes = random.normal(0, deviation * np.sqrt(1 - stays * stays), MINUTES)
    for place in range(1, MINUTES):
        spread[place] = stays * spread[place - 1] + pushes[place]
    return spread


def _seed_bars(symbol: str, closes: np.ndarray, now: datetime) -> None:
    minutes = _bars(symbol, "1m", closes, now)
    save_bars(minutes)
    for timeframe in FOLDED:
        folded = fold(frame_of(minutes), timeframe)
        final = [start + length(timeframe) <= now for start in folded.index]
        save_bars(bars_of(folded, symbol=symbol, timeframe=timeframe, is_final=final, source="ticks"))
    random = np.random.default_rng(len(symbol))
    walk = closes[-1] * np.exp(random.normal(0, 0.00006, SECONDS).cumsum())
    save_bars(_bars(symbol, "1s", walk * closes[-1] / walk[-1], now))


def _bars(symbol: str, timeframe: str, closes: np.ndarray, now: datetime) -> list[Bar]:
    """Bars up to the one that holds this moment, which is forming."""
    random = np.random.default_rng(round(closes[0]))
    count, newest = len(closes), bar_start(now, timeframe)
    opened = np.concatenate([closes[:1], closes[:-1]])
    reach = np.abs(np.diff(closes, prepend=closes[0])).mean() * random.random((2, count))
    volume = random.exponential(40_000 / closes[-1], count) + 0.01
    frame = pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, closes) + reach[0],
            "low": np.minimum(opened, closes) - reach[1],
            "close": closes,
            "volume": volume,
            "quote_volume": volume * closes,
            "trades": random.integers(20, 900, count).astype(np.float64),
            "taker_buy_volume": volume * random.random(count),
            "first_id": 10.0 * np.arange(count),
            "last_id": 10.0 * np.arange(count) + 9,
        },
        index=pd.DatetimeIndex([newest - back * length(timeframe) for back in range(count)][::-1]),
    )
    final = [True] * (count - 1) + [False]
    return bars_of(frame, symbol=symbol, timeframe=timeframe, is_final=final, source="ticks")
