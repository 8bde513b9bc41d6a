"""Indicator snapshots of every bar that closed."""

import logging
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.indicators.snapshot import LONGEST_NEED_BARS, WARM_UP_BARS, indicator_snapshots
from analytics.quality.completeness import completeness
from analytics.records.market import Bar, Gap
from analytics.records.snapshots import Completeness, IndicatorSnapshot
from analytics.series import frame_of
from analytics.timeframes import TIMEFRAMES, bar_end, bar_start, length
from workers.coordination.single_flight import single_flight
from workers.messages.rooms import indicators_topic
from workers.messages.snapshots import indicators_json
from workers.publish import publish
from workers.running_job import started_job
from workers.store.bars import load_bars, load_first_bars, load_volume_since
from workers.store.gaps import load_unresolved_gaps
from workers.store.indicators import save_indicators
from workers.store.progress import BarProgress, load_progress
from workers.store.seams import HISTORY, load_seams
from workers.store.watermarks import Watermark, advance_watermark, load_watermarks, watermark_name

log = logging.getLogger(__name__)

FIRST_SNAPSHOTS = 1_500  # how many bars of the history get snapshots on the first run: a day of minutes
BARS_AT_ONCE = 2_000
JUST_AFTER = timedelta(milliseconds=1)  # the store's finest step


@shared_task(name="workers.tasks.indicators.compute_indicators")
def compute_indicators() -> None:
    """Snapshots for every bar that closed since the last run."""
    with single_flight("compute_indicators") as flight:
        if not flight.won:
            return
        marks = load_watermarks("indicators")
        count = 0
        for progress in load_progress().values():
            count += compute_symbol(progress, marks)
            if not flight.renew():
                break
    if count:
        log.info("indicators computed count=%d", count)


@shared_task(name="workers.tasks.indicators.recompute_indicators")
def recompute_indicators(job_id: str, symbol: str | None = None) -> None:
    """Asked for: the snapshots of the newest bars of a symbol, or of all, once more."""
    with started_job(job_id) as job:
        known = load_progress()
        chosen = [known[name] for name in known if symbol in (None, name)]
        if not chosen:
            raise NotEnoughData(f"indicators of {symbol or 'any symbol'}", have=0, need=1)
        steps = [(progress, timeframe) for progress in chosen for timeframe in TIMEFRAMES]
        count = 0
        for place, (progress, timeframe) in enumerate(steps):
            job.progress(place, len(steps), f"{progress.symbol} {timeframe}")
            count += _compute(progress, timeframe, {}, load_unresolved_gaps(progress.symbol))
        job.progress(len(steps), len(steps))
        job.finish({"symbols": [progress.symbol for progress in chosen], "snapshots": count})


def compute_symbol(progress: BarProgress, marks: dict[str, Watermark]) -> int:
    """Snapshots of one symbol in every timeframe in which a bar closed."""
    due = [timeframe for timeframe in TIMEFRAMES if _is_due(progress, timeframe, marks)]
    if not due or HISTORY not in load_seams(progress.symbol):
        return 0
    gaps = load_unresolved_gaps(progress.symbol)
    return sum(_compute(progress, timeframe, marks, gaps) for timeframe in due)


def _is_due(progress: BarProgress, timeframe: str, marks: dict[str, Watermark]) -> bool:
    mark = marks.get(watermark_name("indicators", progress.symbol, timeframe))
    return mark is None or mark.done < _newest_closed(progress, timeframe)


def _newest_closed(progress: BarProgress, timeframe: str) -> datetime:
    """Start of the newest bar that is over."""
    return bar_start(progress.built_until, timeframe) - length(timeframe)


def _compute(progress: BarProgress, timeframe: str, marks: dict[str, Watermark], gaps: list[Gap]) -> int:
    symbol, name = progress.symbol, watermark_name("indicators", progress.symbol, timeframe)
    mark, newest = marks.get(name), _newest_closed(progress, timeframe)
    bars, since = _load_window(symbol, timeframe, mark.done if mark else None, bar_end(newest, timeframe))
    snapshots = _snapshots(bars, symbol, timeframe, since, gaps) if bars else []
    save_indicators(snapshots)
    up_to = newest if len(snapshots) < BARS_AT_ONCE else snapshots[-1].as_of
    advance_watermark(name, seen=mark, done=up_to)
    if snapshots:
        publish({indicators_topic(symbol, timeframe): indicators_json(symbol, timeframe, snapshots[-1])})
    return len(snapshots)


def _load_window(
    symbol: str, timeframe: str, done: datetime | None, end: datetime
) -> tuple[list[Bar], datetime | None]:
    """The new bars with their warm-up before them, and after which start they are new."""
    if done is None:
        bars = load_bars(symbol, timeframe, end=end, limit=FIRST_SNAPSHOTS + WARM_UP_BARS)
        return bars, bars[-FIRST_SNAPSHOTS - 1].start if len(bars) > FIRST_SNAPSHOTS else None
    after = done + JUST_AFTER
    warm_up = load_bars(symbol, timeframe, end=after, limit=WARM_UP_BARS)
    new = load_first_bars(symbol, timeframe, start=after, end=end, limit=BARS_AT_ONCE)
    return [*warm_up, *new], done


def _snapshots(
    bars: list[Bar], symbol: str, timeframe: str, since: datetime | None, gaps: list[Gap]
) -> list[IndicatorSnapshot]:
    starts, finals = [bar.start for bar in bars], [bar.is_final for bar in bars]

    def completeness_of(as_of: datetime) -> Completeness:
        return completeness(
            starts, finals, as_of=as_of, bars=LONGEST_NEED_BARS, timeframe=timeframe, gaps=gaps
        )

    return indicator_snapshots(
        frame_of(bars),
        symbol=symbol,
        timeframe=timeframe,
        since=since,
        computed_at=datetime.now(UTC),
        completeness_of=completeness_of,
        carried=_session_volume_before(symbol, bars[0].start),
    )


def _session_volume_before(symbol: str, moment: datetime) -> tuple[float, float]:
    """(quote volume, volume) from the start of the UTC day to a moment, from the longest bars that fit."""
    begin = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    quote = base = 0.0
    for timeframe in ("1h", "1m", "1s"):
        end = bar_start(moment, timeframe)
        if end > begin:
            more_quote, more_base = load_volume_since(symbol, timeframe, begin, end)
            quote, base, begin = quote + more_quote, base + more_base, end
    return quote, base
