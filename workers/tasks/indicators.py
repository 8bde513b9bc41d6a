"""Indicator snapshots of every bar that closed."""

import logging
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from celery import shared_task

from analytics.errors import NotEnoughData
from analytics.indicators.snapshot import (
    LONGEST_NEED_BARS,
    WARM_UP_BARS,
    SnapshotBatch,
    indicator_snapshots,
)
from analytics.quality.completeness import completeness, needed_rows
from analytics.quality.coverage import begins_of
from analytics.quality.spans import Span
from analytics.records.columns import BarColumns
from analytics.records.market import Gap
from analytics.records.snapshots import Completeness, IndicatorSnapshot
from analytics.timeframes import TIMEFRAMES, bar_end, bar_start, length
from workers.coordination.single_flight import single_flight
from workers.messages.envelope import JSON
from workers.messages.rooms import indicators_topic
from workers.messages.snapshots import indicators_json
from workers.publish import publish
from workers.running_job import started_job
from workers.store.bar_columns import columns_of_rows, start_of
from workers.store.bar_windows import JUST_AFTER, BarWindow, WantedBars, load_windows
from workers.store.covered_time import load_covered
from workers.store.divergences import KnownDivergences, save_divergences
from workers.store.gaps import load_unresolved_gaps
from workers.store.indicators import save_indicators
from workers.store.kept_bars import KeptBars
from workers.store.progress import BarProgress, load_progress
from workers.store.seams import load_symbols_with_history
from workers.store.watermarks import (
    UNTOUCHED,
    Watermark,
    advance_watermarks,
    load_watermarks,
    watermark_name,
)

log = logging.getLogger(__name__)

FIRST_SNAPSHOTS = 1_500  # how many bars of the history get snapshots on the first run: a day of minutes
BARS_AT_ONCE = 2_000
SYMBOLS_AT_ONCE = 50
FEW_BARS = 60  # a symbol that lies further behind is computed by itself
KEPT_BARS = WARM_UP_BARS + 1 + FEW_BARS

Marks = Mapping[str, Watermark]

_kept = {timeframe: KeptBars(timeframe, KEPT_BARS) for timeframe in TIMEFRAMES}


@dataclass(frozen=True, slots=True)
class _Due:
    """Bars of one symbol that closed and have no snapshot yet."""

    symbol: str
    timeframe: str
    mark: Watermark
    newest: datetime  # start of the newest bar that is over

    @property
    def mark_name(self) -> str:
        return watermark_name("indicators", self.symbol, self.timeframe)

    @property
    def is_near(self) -> bool:
        """Whether only a few bars are new."""
        return not self.mark.is_behind(self.newest - FEW_BARS * length(self.timeframe))

    @property
    def wanted(self) -> WantedBars:
        since, end = self.mark.done, bar_end(self.newest, self.timeframe)
        most = BARS_AT_ONCE if since else FIRST_SNAPSHOTS
        return WantedBars(self.symbol, self.timeframe, since, end, WARM_UP_BARS, most)


@shared_task(name="workers.tasks.indicators.compute_indicators")
def compute_indicators() -> None:
    """Snapshots for every bar that closed since the last run."""
    with single_flight("compute_indicators") as flight:
        if not flight.won:
            return
        count = 0
        for batch in _batches(load_progress(), load_watermarks("indicators")):
            count += _compute(batch)
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
            count += _compute([_due(progress, timeframe, {})])
        job.progress(len(steps), len(steps))
        job.finish({"symbols": [progress.symbol for progress in chosen], "snapshots": count})


def _batches(progress: Mapping[str, BarProgress], marks: Marks) -> Iterator[Sequence[_Due]]:
    """What is due, shortest bars first: symbols with a few new bars together, others by themselves."""
    symbols = progress.keys() & load_symbols_with_history()
    for timeframe in TIMEFRAMES:
        all_due = [_due(progress[symbol], timeframe, marks) for symbol in sorted(symbols)]
        due = [each for each in all_due if each.mark.is_behind(each.newest)]
        near = [each for each in due if each.is_near]
        yield from (near[place : place + SYMBOLS_AT_ONCE] for place in range(0, len(near), SYMBOLS_AT_ONCE))
        yield from ([each] for each in due if not each.is_near)


def _due(progress: BarProgress, timeframe: str, marks: Marks) -> _Due:
    newest = bar_start(progress.built_until, timeframe) - length(timeframe)
    mark = marks.get(watermark_name("indicators", progress.symbol, timeframe), UNTOUCHED)
    return _Due(progress.symbol, timeframe, mark, newest)


def _compute(batch: Sequence[_Due]) -> int:
    """Load, compute, save, publish; the symbols of a batch share a timeframe."""
    kept = _kept[batch[0].timeframe] if batch[0].is_near else None
    windows = load_windows([each.wanted for each in batch], kept)
    gaps, covered = _load_gaps(batch), _load_covered(windows)
    results = [
        _snapshots(window, gaps.get(window.wanted.symbol, ()), covered.get(window.wanted.symbol, ()))
        for window in windows
    ]
    snapshots = [snapshot for result in results for snapshot in result.snapshots]
    save_indicators(snapshots)
    save_divergences(
        [_known(window, result) for window, result in zip(windows, results, strict=True) if result.snapshots]
    )
    advance_watermarks(
        [(due.mark_name, due.mark, _done(due, result)) for due, result in zip(batch, results, strict=True)]
    )
    publish(_messages([result.snapshots[-1] for result in results if result.snapshots]))
    return len(snapshots)


def _load_gaps(batch: Sequence[_Due]) -> dict[str, list[Gap]]:
    gaps: dict[str, list[Gap]] = {}
    for gap in load_unresolved_gaps(batch[0].symbol if len(batch) == 1 else None):
        gaps.setdefault(gap.symbol, []).append(gap)
    return gaps


def _load_covered(windows: Sequence[BarWindow]) -> dict[str, list[Span]]:
    begun = [start_of(window.rows[0].start) for window in windows if window.rows]
    symbols, timeframe = [window.wanted.symbol for window in windows], windows[0].wanted.timeframe
    return load_covered(symbols, timeframe, min(begun)) if begun else {}


def _snapshots(window: BarWindow, gaps: Sequence[Gap], covered: Sequence[Span]) -> SnapshotBatch:
    bars = columns_of_rows(window.wanted.symbol, window.wanted.timeframe, window.rows)
    begins = begins_of(bars.starts, covered, bars.timeframe)
    needed = [_needed(bars, begin, gaps) for begin in begins]

    def completeness_of(as_of: datetime) -> Completeness:
        starts, finals = needed[bisect_right(begins, as_of.timestamp()) - 1]
        return completeness(
            starts, finals, as_of=as_of, bars=LONGEST_NEED_BARS, timeframe=bars.timeframe, gaps=gaps
        )

    return indicator_snapshots(
        bars,
        since=window.since,
        computed_at=datetime.now(UTC),
        completeness_of=completeness_of,
        carried=window.carried,
        begins=begins,
    )


def _needed(bars: BarColumns, begin: int, gaps: Sequence[Gap]) -> tuple[list[datetime], list[bool]]:
    """What tells how complete a bar is whose series begins there."""
    first = bisect_left(bars.starts, begin)
    return needed_rows(bars.starts[first:], bars.finals[first:], gaps)


def _known(window: BarWindow, result: SnapshotBatch) -> KnownDivergences:
    since = window.since or start_of(window.rows[0].start) - JUST_AFTER
    wanted, until = window.wanted, result.snapshots[-1].as_of
    return KnownDivergences(wanted.symbol, wanted.timeframe, since, until, result.divergences)


def _done(due: _Due, result: SnapshotBatch) -> datetime:
    """Up to where there is a snapshot for every bar now."""
    return due.newest if len(result.snapshots) < BARS_AT_ONCE else result.snapshots[-1].as_of


def _messages(newest: Sequence[IndicatorSnapshot]) -> dict[str, JSON]:
    return {
        indicators_topic(one.symbol, one.timeframe): indicators_json(one.symbol, one.timeframe, one)
        for one in newest
    }
