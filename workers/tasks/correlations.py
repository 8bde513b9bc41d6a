"""Correlations of the watch-list when a bar closes, and of any symbols when somebody asks."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.pairs.correlation_snapshot import CorrelationWindow, correlation_snapshots
from analytics.records.correlations import (
    LEAST_RETURNS,
    MOST_SYMBOLS,
    WINDOWS,
    CorrelationMethod,
    CorrelationSnapshot,
)
from analytics.records.market import Gap
from analytics.timeframes import TIMEFRAMES
from workers.coordination.single_flight import single_flight
from workers.messages.correlations import correlation_json, correlation_news_json
from workers.messages.rooms import correlation_topic
from workers.publish import publish
from workers.running_job import started_job
from workers.store.correlations import load_correlated_symbols, save_correlations, save_no_correlations
from workers.store.gaps import load_unresolved_gaps
from workers.store.known_closes import load_known_closes
from workers.store.progress import load_progress, newest_shared_bar
from workers.watched_bars import WatchedBar, watched_bars

log = logging.getLogger(__name__)

SCHEDULED = tuple(timeframe for timeframe in TIMEFRAMES if timeframe != "1s")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@shared_task(name="workers.tasks.correlations.compute_correlations")
def compute_correlations() -> None:
    """The windows that are kept ready, in every timeframe in which a bar closed."""
    with single_flight("compute_correlations") as flight:
        if not flight.won:
            return
        for bar in watched_bars("correlations", SCHEDULED, MOST_SYMBOLS, load_correlated_symbols()):
            correlate_watched(bar)
            if not flight.renew():
                return


@shared_task(name="workers.tasks.correlations.correlate")
def correlate(
    job_id: str,
    symbols: list[str],
    tf: str,
    window: int,
    method: CorrelationMethod,
    day_before: bool,
    hour_before: bool,
) -> None:
    """Asked for: any symbols, window and method, now or an hour or a day earlier."""
    with started_job(job_id) as job:
        progress = load_progress()
        rows = [progress[symbol] for symbol in symbols if symbol in progress]
        if not rows:
            raise NotEnoughData(f"a correlation of {tf} returns", have=0, need=LEAST_RETURNS)
        earlier = DAY if day_before else HOUR if hour_before else timedelta()
        newest = newest_shared_bar(rows, tf) - earlier
        job.progress(0, 1, f"{len(symbols)} symbols, {window} returns of {tf}, {method}")
        found = _snapshots(symbols, [CorrelationWindow(tf, window, method, newest)])
        job.finish(correlation_json(found[0]))


def correlate_watched(bar: WatchedBar) -> None:
    """Load, compute, save and publish every window of a timeframe."""
    asked = [CorrelationWindow(bar.timeframe, window, "pearson", bar.newest) for window in WINDOWS]
    try:
        found = [_with_left_out(each, bar.left_out) for each in _snapshots(bar.symbols, asked)]
    except NotEnoughData as error:
        log.info("correlations not computed timeframe=%s reason=%s", bar.timeframe, error)
        found = []
        save_no_correlations(bar.timeframe, bar.symbols)
    save_correlations(found)
    bar.finish()
    if found:
        news = correlation_news_json(bar.timeframe, found[0].computed_at)
        publish({correlation_topic(bar.timeframe): news})
        log.info("correlations computed timeframe=%s symbols=%d", bar.timeframe, len(bar.symbols))


def _snapshots(symbols: Sequence[str], asked: Sequence[CorrelationWindow]) -> list[CorrelationSnapshot]:
    """All windows end with the same bar, so the longest holds the closes of the others."""
    timeframe, newest = asked[0].timeframe, asked[0].as_of
    most = max(each.window for each in asked) + 1
    closes = load_known_closes(symbols, timeframe, newest, most)
    gaps: dict[str, list[Gap]] = {}
    for gap in load_unresolved_gaps():
        gaps.setdefault(gap.symbol, []).append(gap)
    return correlation_snapshots(closes, asked, gaps=gaps, computed_at=datetime.now(UTC))


def _with_left_out(snapshot: CorrelationSnapshot, symbols: Sequence[str]) -> CorrelationSnapshot:
    reasons = dict.fromkeys(symbols, f"behind the first {MOST_SYMBOLS} watched symbols, which are compared")
    return replace(snapshot, reasons={**snapshot.reasons, **reasons}) if symbols else snapshot
