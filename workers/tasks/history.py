"""The exchange's own bars where ours cannot be whole: before capture began, and over holes."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from celery import shared_task

from analytics.records.market import Bar, Gap
from analytics.second_bars import GRACE, finality
from analytics.timeframes import TIMEFRAMES, bar_end, bar_start
from workers.binance.errors import ExchangeBusy, ExchangeError
from workers.binance.history import SHORTEST_KLINE, load_exchange_bars
from workers.coordination.single_flight import single_flight
from workers.settings import load_settings
from workers.store.bars import load_bars, replace_bars
from workers.store.gaps import load_gap_up_to, load_unresolved_gaps
from workers.store.market_clock import load_market_clock
from workers.store.rewritten import note_rewritten
from workers.store.seams import HISTORY, JOIN, Seam, load_seams, save_seam, stand_over
from workers.store.stretches import load_last_imported_id
from workers.store.ticks import load_first_tick
from workers.store.watchlist import load_watchlist

log = logging.getLogger(__name__)

HISTORY_SPAN = timedelta(hours=48)
SECONDS_SPAN = timedelta(minutes=30)  # of one-second bars, at least; they begin on a full hour
CLOSE_TOGETHER = timedelta(minutes=5)  # holes so close are filled with the same requests
RUN_SECONDS = 2.0
LAPSES_SECONDS = 60.0  # one symbol's requests may take long


@shared_task(name="workers.tasks.history.fill_history", soft_time_limit=240, time_limit=280)
def fill_history() -> None:
    """Fill every stretch that is not filled yet, symbol by symbol."""
    with single_flight("fill_history", lapses_seconds=LAPSES_SECONDS) as flight:
        if not flight.won or load_market_clock() is None:
            return
        begun = time.monotonic()
        for symbol in load_watchlist():
            if time.monotonic() - begun > RUN_SECONDS or not flight.renew():
                return  # the next run goes on: a stop need not wait for the whole history
            try:
                fill_symbol(symbol)
            except ExchangeBusy as error:
                log.info("history waits symbol=%s reason=%s", symbol, error)
                return
            except ExchangeError as error:
                log.warning("history not loaded symbol=%s reason=%s", symbol, error)


def fill_symbol(symbol: str) -> None:
    """Fill the stretches of one symbol that the exchange's candles cover by now."""
    clock, gaps = _now(), load_unresolved_gaps(symbol)
    since = min([gap.after for gap in gaps if gap.after], default=clock)
    seams = load_seams(symbol, since=since)
    if HISTORY not in seams:
        _fill(symbol, [HISTORY], bar_start(clock - HISTORY_SPAN, "1h"), clock, clock=clock)
        clock, seams = _now(), load_seams(symbol, since=since)  # that took a while: the join may be due
    if JOIN not in seams:
        first = load_first_tick(symbol, after_id=load_last_imported_id(symbol))  # the first one captured
        history_until = seams[HISTORY].until
        if first is not None and _can_join(first.traded_at, history_until, clock):
            since = min(history_until - GRACE, first.traded_at)  # bars that were not over then are taken now
            _fill(symbol, [JOIN], since, max(history_until, first.traded_at), clock=clock)
    for names, since, until in _stretches(gaps, seams, clock):
        _fill(symbol, names, since, until, clock=clock)


def _stretches(
    gaps: Sequence[Gap], seams: Mapping[str, Seam], clock: datetime
) -> list[tuple[list[str], datetime, datetime]]:
    """The holes that are not filled yet, those close to each other as one: (names, since, until).

    What a repair leaves of a hole lies inside the stretch that was filled for the whole of it.
    What it brought before that belongs to the stretch: minutes before its seconds are not folded.
    """
    due = [
        (_began(gap, seams, gap.after), gap.before, str(gap.first_id))
        for gap in gaps
        if gap.after and gap.before and _is_covered(gap.before, clock)
        if not stand_over(seams, gap.after, gap.before)
    ]
    stretches: list[tuple[list[str], datetime, datetime]] = []
    for after, before, name in sorted(due):
        if stretches and after - stretches[-1][2] <= CLOSE_TOGETHER:
            names, since, until = stretches[-1]
            stretches[-1] = ([*names, name], since, max(until, before))
        else:
            stretches.append(([name], after, before))
    return stretches


def _began(gap: Gap, seams: Mapping[str, Seam], after: datetime) -> datetime:
    """When a hole began of which a repair may have brought the first pieces already."""
    piece = load_gap_up_to(gap.symbol, gap.first_id - 1)
    while piece and piece.after and not stand_over(seams, piece.after, after):
        after = piece.after
        piece = load_gap_up_to(gap.symbol, piece.first_id - 1)
    return after


def _fill(
    symbol: str,
    names: Sequence[str],
    since: datetime,
    until: datetime,
    *,
    clock: datetime,
) -> None:
    """Take the exchange's bars that overlap since..until, both included, and are over."""
    seconds_from = max(bar_start(since, "1s"), bar_start(clock - SECONDS_SPAN, "1h"))
    count = 0
    for timeframe in _timeframes():
        begin = seconds_from if timeframe == "1s" else bar_start(since, timeframe)
        end = bar_end(bar_start(until, timeframe), timeframe)
        bars = load_exchange_bars(symbol, timeframe, start=begin, end=end)
        count += _take_over(symbol, timeframe, bars, clock)
    for name in names:
        save_seam(Seam(symbol, name, since, until, _seconds_whole_from(name, since, until, seconds_from)))
    log.info("history filled symbol=%s since=%s until=%s bars=%d", symbol, since, until, count)


def _take_over(symbol: str, timeframe: str, bars: Sequence[Bar], clock: datetime) -> int:
    """Save the exchange's bars that are over and hold more than ours; how many.

    Repairs go on meanwhile, and whoever builds the bars may have judged them for
    the last time. So nothing is written over what changed since it was read, and
    what is written is judged again until holes and bars stand still.
    """
    over = [bar for bar in bars if bar.end <= clock - GRACE / 2]
    taken: set[datetime] = set()
    while changes := _changes(symbol, timeframe, over, clock):
        replace_bars(changes)
        taken.update(new.start for _, new in changes)
    if taken:
        note_rewritten(symbol, timeframe, first=min(taken), last=max(taken))
    return len(taken)


def _changes(
    symbol: str, timeframe: str, theirs: Sequence[Bar], clock: datetime
) -> list[tuple[Bar | None, Bar]]:
    """The exchange's bars that are still to be written, each with the one that stands there."""
    if not theirs:
        return []
    stored = load_bars(symbol, timeframe, start=theirs[0].start, end=bar_end(theirs[-1].start, timeframe))
    ours, gaps = {bar.start: bar for bar in stored}, load_unresolved_gaps(symbol)
    pairs = [(ours.get(bar.start), replace(bar, is_final=finality(bar, gaps, clock))) for bar in theirs]
    return [(known, new) for known, new in pairs if known is None or _takes_the_place(new, known)]


def _takes_the_place(new: Bar, known: Bar) -> bool:
    """Whether a bar holds more than the one that stands there, or is the same one judged otherwise."""
    is_the_same = replace(known, is_final=new.is_final) == new
    return known.trades < new.trades or (is_the_same and known != new)


def _seconds_whole_from(
    name: str, since: datetime, until: datetime, seconds_from: datetime
) -> datetime | None:
    """Since when one-second bars are whole after this stretch; None: as before."""
    if SHORTEST_KLINE[load_settings().market] != "1s":
        return bar_end(bar_start(until, "1m"), "1m")
    began_later_than_asked = seconds_from > bar_start(since, "1s")
    return seconds_from if name == HISTORY or began_later_than_asked else None


def _timeframes() -> tuple[str, ...]:
    shortest = SHORTEST_KLINE[load_settings().market]
    return TIMEFRAMES[TIMEFRAMES.index(shortest) :]


def _now() -> datetime:
    """The exchange's clock, which is known before this stage begins."""
    clock = load_market_clock()
    if clock is None:
        raise ExchangeError("the exchange's clock is not known yet")
    return clock


def _can_join(first_at: datetime, history_until: datetime, clock: datetime) -> bool:
    """Whether the exchange's candles cover all that our own bars do not.

    Without candles of a second our bars begin with the minute after both moments.
    """
    until = first_at if SHORTEST_KLINE[load_settings().market] == "1s" else max(first_at, history_until)
    return _is_covered(until, clock)


def _is_covered(moment: datetime, clock: datetime) -> bool:
    """Whether the exchange's shortest candle that holds a moment is over."""
    shortest = SHORTEST_KLINE[load_settings().market]
    return clock >= bar_end(bar_start(moment, shortest), shortest) + GRACE
