"""Our bars against the exchange's own, and its clock against ours, once a minute and when asked."""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.quality.bar_check import bar_check
from analytics.records.quality import BarCheck, ClockCheck, ComparisonWish
from analytics.second_bars import GRACE
from analytics.timeframes import bar_start
from workers.binance.errors import ExchangeBusy, ExchangeError
from workers.binance.history import load_exchange_bars, load_exchange_time
from workers.coordination.single_flight import single_flight
from workers.store.bars import load_bars
from workers.store.market_clock import load_market_clock
from workers.store.progress import BarProgress, load_progress
from workers.store.quality import (
    load_bar_checks,
    load_comparison_wishes,
    save_bar_check,
    save_clock_check,
    settle_wish,
)
from workers.store.watchlist import load_watchlist

log = logging.getLogger(__name__)

TIMEFRAME = "1m"
SPAN = timedelta(hours=1)
SETTLED = timedelta(seconds=10) + GRACE  # a bar is built, and final, well before that
_NEVER = datetime.fromtimestamp(0, UTC)
BUSY = "the exchange wants no more requests for now; it is asked again"
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


@shared_task(name="workers.tasks.bar_check.answer_wishes")
def answer_wishes() -> None:
    """Compare at once what somebody asks about, and tell what came of it."""
    wishes = {symbol: wish for symbol, wish in load_comparison_wishes().items() if wish.asked_at}
    clock = load_market_clock() if wishes else None
    if clock is None:
        return
    with single_flight("check_bars") as flight:
        progress = load_progress() if flight.won else {}
        for symbol, wish in wishes.items() if flight.won else ():
            if not _answer(symbol, wish, progress.get(symbol), clock) or not flight.renew():
                return


def _answer(symbol: str, wish: ComparisonWish, progress: BarProgress | None, clock: datetime) -> bool:
    """Compare one symbol and say so; False when the exchange wants no more requests now."""
    if progress is None:
        settle_wish(symbol, wish, reason="no bars of it are built yet")
        return True
    try:
        check_symbol(symbol, _until(clock, progress))
    except ExchangeBusy as error:
        log.info("comparison waits symbol=%s reason=%s", symbol, error)
        settle_wish(symbol, wish, reason=BUSY, waits=True)
        return False
    except ExchangeError as error:
        log.warning("bars not compared symbol=%s reason=%s", symbol, error)
        settle_wish(symbol, wish, reason=str(error)[:200])
    else:
        settle_wish(symbol, wish, reason="")
    return True


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
            until = _until(clock, progress[symbol])
            if done.get(symbol, _NEVER) < until:
                due.append((done.get(symbol, _NEVER), symbol, until))
    return [(symbol, until) for _, symbol, until in sorted(due)[:SYMBOLS_PER_RUN]]


def _until(clock: datetime, progress: BarProgress) -> datetime:
    """Before which moment our bars are built and final."""
    return bar_start(min(clock - SETTLED, progress.built_until), TIMEFRAME)


def check_symbol(symbol: str, until: datetime) -> BarCheck:
    """Compare the last hour of bars of one symbol, and save what was found."""
    since = until - SPAN
    theirs = load_exchange_bars(symbol, TIMEFRAME, start=since, end=until)
    ours = load_bars(symbol, TIMEFRAME, start=since, end=until)
    found = bar_check(ours, theirs, timeframe=TIMEFRAME, since=since, until=until)
    found = replace(found, compared_at=datetime.now(UTC))
    if found.differing:
        log.warning("bars differ symbol=%s bars=%d of=%d", symbol, found.differing, found.compared)
    save_bar_check(symbol, found)
    return found
