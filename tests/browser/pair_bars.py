"""Closes bars of the pair as the workers do: stored, analysed for its page, its snapshot told."""

from datetime import UTC, datetime, timedelta

from analytics.timeframes import bar_start, length
from tests.factories import bar
from tests.integration.web.pair_seed import BTC, ETH, seed_analysis
from workers.store.bars import load_bars, save_bars
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.tasks.pairs import compute_pairs

MINUTE = length("1m")
STEPS = (1.0007, 0.9994, 1.0002, 0.9998)  # of y, so that z moves


def begin_pair() -> None:
    """Watch the pair of a market that has bars of both."""
    now = datetime.now(UTC)
    for symbol in (ETH, BTC):
        save_progress(BarProgress(symbol, 1, now))
        save_seam(Seam(symbol, HISTORY, now - timedelta(days=2), now, None))
    add_pair((ETH, BTC))
    compute_pairs()
    seed_analysis()


def close_pair_bar() -> None:
    """The minute that comes next is over for both."""
    for symbol in (ETH, BTC):
        until = load_progress()[symbol].built_until
        [newest] = load_bars(symbol, "1m", limit=1)
        start = bar_start(until, "1m")
        step = STEPS[start.minute % len(STEPS)] if symbol == ETH else 1.0
        save_bars([bar(start, "1m", newest.close * step, symbol=symbol)])
        save_progress(BarProgress(symbol, 1, until + MINUTE))
    seed_analysis()
    compute_pairs()
