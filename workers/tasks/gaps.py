"""Repair of holes in the ids from the exchange's REST interface, within the request budget."""

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.quality.holes import missing
from analytics.quality.repair import (
    Answer,
    after_answers,
    after_failure,
    expired,
    is_due,
    is_expired,
    parted,
    reaches_back,
    split,
)
from analytics.records.market import UNRESOLVED, Gap, Tick
from analytics.timeframes import bar_start
from workers.binance.errors import ExchangeBusy, ExchangeError
from workers.binance.trades import load_first_id_since, load_trades_from
from workers.coordination.single_flight import single_flight
from workers.settings import load_settings
from workers.store.gaps import load_unresolved_gaps, save_gaps
from workers.store.market_clock import load_market_clock
from workers.store.rebuilds import note_rebuilds
from workers.store.seams import load_seams, stand_over
from workers.store.ticks import save_ticks

log = logging.getLogger(__name__)

RUN_SECONDS = 2.0  # the next run goes on: a stop need not wait for a long repair
PAGES_PER_RUN = 20  # of one hole
NOT_COVERED = "older than the trades that are kept, and the exchange's candles are not there yet"
BUSY = "the exchange wants no more requests for now; it is asked again"
LAPSES_SECONDS = 60.0  # one hole's requests may take long


@shared_task(name="workers.tasks.gaps.repair_gaps")
def repair_gaps() -> None:
    """Ask the exchange for what is missing, the newest hole first."""
    with single_flight("repair_gaps", lapses_seconds=LAPSES_SECONDS) as flight:
        clock = load_market_clock()
        if not flight.won or clock is None:
            return
        begun, now = time.monotonic(), datetime.now(UTC)
        due = [gap for gap in load_unresolved_gaps() if is_due(gap, now)]
        for gap in sorted(due, key=lambda gap: gap.found_at, reverse=True):
            if time.monotonic() - begun > RUN_SECONDS or not repair_gap(gap, clock) or not flight.renew():
                return


def repair_gap(gap: Gap, clock: datetime) -> bool:
    """Bring what can be had of one hole; False when the exchange wants no more requests now."""
    now, kept_from = datetime.now(UTC), clock - timedelta(hours=load_settings().tick_retention_hours)
    if is_expired(gap, kept_from):
        _settle(expired(gap) if _is_covered(gap) else after_failure(gap, NOT_COVERED, now))
        return True
    try:
        if reaches_back(gap, kept_from):
            _part(gap, kept_from)
            return True
        ticks, answers, page_ends_at = _ask(gap)
    except ExchangeBusy as error:
        log.info("repair waits symbol=%s first_id=%d reason=%s", gap.symbol, gap.first_id, error)
        if gap.reason != BUSY:
            save_gaps([replace(gap, reason=BUSY)])
        return False
    except ExchangeError as error:
        log.warning("repair failed symbol=%s first_id=%d reason=%s", gap.symbol, gap.first_id, error)
        save_gaps([after_failure(gap, str(error)[:200], now)])
        return True
    if not answers:
        save_gaps([after_failure(gap, "the exchange lists nothing from there on yet", now)])
        return True
    save_ticks(ticks)
    note_rebuilds((gap.symbol, bar_start(tick.traded_at, "1s")) for tick in ticks)
    head, rest = split(gap, answers[-1].last_id, page_ends_at)
    if rest is not None:
        save_gaps([rest])  # before the row is shortened, so that a crash loses no part of it
    _settle(after_answers(head, answers, now))
    return True


def _ask(gap: Gap) -> tuple[list[Tick], list[Answer], datetime]:
    """Ticks of the hole, what the answers prove, and when the last one they list was traded.

    A page lists what lies between the missing ids too, so one covers many small ranges.
    """
    ticks: list[Tick] = []
    answers: list[Answer] = []
    ends_at, first = gap.found_at, _next_missing(gap, gap.first_id)
    while first is not None and len(answers) < PAGES_PER_RUN:
        try:
            page = load_trades_from(gap.symbol, first)
        except ExchangeError:
            if answers:
                break  # what came already counts
            raise
        if not page:
            break  # no word about these ids yet: the interface lags behind the stream
        ends_at = page[-1].traded_at
        ticks += [tick for tick in page if _next_missing(gap, tick.id) == tick.id]
        answers.append(Answer(first, page[-1].id, frozenset(tick.id for tick in page)))
        first = _next_missing(gap, page[-1].id + 1)
    return ticks, answers, ends_at


def _next_missing(gap: Gap, id: int) -> int | None:
    """The first id from this one on that is missing."""
    return next((max(first, id) for first, last in missing(gap) if last >= id), None)


def _settle(gap: Gap) -> None:
    """Save the row; the stage that builds bars sees which holes are gone."""
    save_gaps([gap])
    if gap.state not in UNRESOLVED:
        facts = (gap.symbol, gap.first_id, gap.size, gap.state)
        log.info("gap resolved symbol=%s first_id=%d ids=%d state=%s", *facts)


def _part(gap: Gap, kept_from: datetime) -> None:
    """Leave what is older than the trades that are kept to the exchange's candles; the rest is repaired."""
    first_id = load_first_id_since(gap.symbol, kept_from)
    if first_id is None:
        raise ExchangeError(f"{gap.symbol}: the exchange lists no trade since {kept_from}")
    for row in parted(gap, first_id, kept_from):
        save_gaps([row])  # the new one first, so that a crash loses no part of it


def _is_covered(gap: Gap) -> bool:
    """Whether the exchange's candles stand over a hole; one without bounds cannot be asked about."""
    if gap.after is None or gap.before is None:
        return True
    return stand_over(load_seams(gap.symbol, since=gap.before), gap.after, gap.before)
