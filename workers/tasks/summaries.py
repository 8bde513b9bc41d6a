"""Where each symbol stands against the last hour and day, once a minute of market time."""

import logging
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.quality.completeness import completeness
from analytics.records.snapshots import SymbolSummary
from analytics.series import frame_of
from analytics.summary import summary
from analytics.timeframes import bar_start
from workers.coordination.single_flight import single_flight
from workers.store.bars import load_bars
from workers.store.gaps import load_unresolved_gaps
from workers.store.progress import load_progress
from workers.store.summaries import load_summaries, save_summaries

log = logging.getLogger(__name__)

TIMEFRAME = "1m"
DAY = timedelta(hours=24)
DAY_BARS = 1_440


@shared_task(name="workers.tasks.summaries.summarise_symbols")
def summarise_symbols() -> None:
    """Renew the summary of every symbol whose minute has turned."""
    with single_flight("summarise_symbols") as flight:
        if not flight.won:
            return
        known = load_summaries()
        due = [
            progress
            for progress in load_progress().values()
            if _is_due(known.get(progress.symbol), progress.built_until)
        ]
        for progress in due:
            save_summaries([_summary(progress.symbol, progress.built_until)])
            if not flight.renew():
                break
    if due:
        log.info("symbols summarised count=%d", len(due))


def _is_due(known: SymbolSummary | None, until: datetime) -> bool:
    """A new minute, or the history has come since."""
    if known is None or known.last_price is None or known.completeness.present == 0:
        return True
    return bar_start(until, TIMEFRAME) > bar_start(known.as_of, TIMEFRAME)


def _summary(symbol: str, as_of: datetime) -> SymbolSummary:
    start = bar_start(as_of - DAY, TIMEFRAME) - timedelta(hours=1)
    bars = load_bars(symbol, TIMEFRAME, start=start, end=as_of)
    newest_closed = bar_start(as_of, TIMEFRAME) - timedelta(minutes=1)
    whole = completeness(
        [bar.start for bar in bars],
        [bar.is_final for bar in bars],
        as_of=newest_closed,
        bars=DAY_BARS,
        timeframe=TIMEFRAME,
        gaps=load_unresolved_gaps(symbol),
    )
    return summary(
        frame_of(bars),
        symbol=symbol,
        timeframe=TIMEFRAME,
        as_of=as_of,
        computed_at=datetime.now(UTC),
        completeness=whole,
    )
