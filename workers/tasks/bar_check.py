"""Our bars against the exchange's own, and its clock against ours, once a minute of market time."""

import logging
import time
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.quality.bar_check import bar_check
from analytics.records.quality import BarCheck, ClockCheck
from analytics.second_bars import GRACE
from analytics.timeframes import bar_start
from workers.binance.errors import ExchangeBusy, ExchangeError
from workers.binance.history import load_exchange_bars, load_exchange_time
from workers.coordination.single_flight import single_flight
from workers.store.bars import load_bars
from workers.store.market_clock import load_market_clock
from workers.store.progress import load_progress
from workers.store.quality import load_bar_checks, save_bar_check, save_clock_check
from workers.store.watchlist import load_watchlist

log = logging.getLogger(__name__)

TIMEFRAME = "1m"
SPAN = timedelta(hours=1)
SETTLED = timedelta(seconds=10) + GRACE  # a bar is built, and final, well before that
_NEVER = datetime.fromtimestamp(0, UTC)
SYMBOLS_PER_RUN = 20  # one request each; those looked at longest ago come first


@shared_task(name="workers.tasks.bar_check.check_bars")
def check_bars() -> None:
    """Compare the symbols that were not compared since the last minute turned."""
    clock = load_market_clock()
    with single_flight("check_bars") as flight:
        if not flight.won or clock is None:
            return
        for symbol, until in _due(clock):
            try:
                check_symbol(symbol, until)
            except ExchangeBusy as error:
                log.info("comparison waits symbol=%s reason=%s", symbol, error)
                return
            except ExchangeError as error:
                log.warning("bars not compared symbol=%s reason=%s", symbol, error)
            if not flight.renew():
                return


@shared_task(name="workers.tasks.bar_check.check_clock")
def check_clock() -> None:
    """Compare the exchange's clock with ours."""
    try:
        save_clock_check(clock_check())
    except ExchangeError as error:
        log.warning("clock not compared reason=%s", error)


def clock_check() -> ClockCheck:
    """Ask the exchange for the time, and allow for half of the way."""
    begun, asked_at = time.monotonic(), datetime.now(UTC)
    theirs = load_exchange_time()
    round_trip = timedelta(seconds=time.monotonic() - begun)
    offset = theirs - (asked_at + round_trip / 2)
    milliseconds = timedelta(milliseconds=1)
    return ClockCheck(offset / milliseconds, round_trip / milliseconds, checked_at=asked_at)


def _due(clock: datetime) -> list[tuple[str, datetime]]:
    """Symbols of the watch-list with a minute that was not compared yet, and until when."""
    done = {symbol: check.until for symbol, check in load_bar_checks().items()}
    progress = load_progress()
    due = []
    for symbol in load_watchlist():
        if symbol in progress:
            until = bar_start(min(clock - SETTLED, progress[symbol].built_until), TIMEFRAME)
            if done.get(symbol, _NEVER) < until:
                due.append((done.get(symbol, _NEVER), symbol, until))
    return [(symbol, until) for _, symbol, until in sorted(due)[:SYMBOLS_PER_RUN]]


def check_symbol(symbol: str, until: datetime) -> BarCheck:
    """Compare the last hour of bars of one symbol, and save what was found."""
    since = until - SPAN
    theirs = load_exchange_bars(symbol, TIMEFRAME, start=since, end=until)
    ours = load_bars(symbol, TIMEFRAME, start=since, end=until)
    found = bar_check(ours, theirs, timeframe=TIMEFRAME, since=since, until=until)
    if found.differing:
        log.warning("bars differ symbol=%s bars=%d of=%d", symbol, found.differing, found.compared)
    save_bar_check(symbol, found)
    return found
