"""A watch-list of a hundred symbols: two with charts and a pair, the others in the lists and tables."""

from datetime import datetime
from decimal import Decimal

from analytics.records.market import Instrument
from analytics.timeframes import bar_start, length
from tests.browser.lively_events import seed_self_test
from tests.factories import bar, random_closes
from tests.integration.web.market_seed import PRICES, seed_market
from tests.integration.web.pair_seed import seed_analysis
from workers.store.bars import save_bars
from workers.store.instruments import save_instruments
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import add_symbol
from workers.tasks.correlations import compute_correlations
from workers.tasks.pairs import compute_pairs
from workers.tasks.scan import compute_scans
from workers.tasks.summaries import summarise_symbols

SYMBOLS = 100
STEP = Decimal("0.00001")


def seed_full_market(minutes: int) -> None:
    """Store it as of now, with so many minute bars of each symbol that only makes the list long."""
    now = seed_market({"1m": 720})
    for place in range(SYMBOLS - len(PRICES)):
        _seed_bars(f"S{place:02}USDT", now, minutes, seed=place)
    for symbol in (*PRICES, *(f"S{place:02}USDT" for place in range(SYMBOLS - len(PRICES)))):
        save_progress(BarProgress(symbol, 1_000, now))
        save_seam(Seam(symbol, HISTORY, now, now, None))
    add_pair(("ETHUSDT", "BTCUSDT"))
    for task in (compute_pairs, compute_scans, compute_correlations, summarise_symbols):
        task()
    seed_analysis()
    seed_self_test(now)


def _seed_bars(symbol: str, now: datetime, minutes: int, *, seed: int) -> None:
    save_instruments([Instrument(symbol, symbol[:-4], "USDT", "TRADING", STEP, STEP)])
    add_symbol(symbol)
    first = bar_start(now, "1m") - minutes * length("1m")
    closes = enumerate(random_closes(seed, minutes).tolist())
    save_bars([bar(first + k * length("1m"), "1m", close, symbol=symbol) for k, close in closes])
