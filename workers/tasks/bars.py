"""New ticks -> one-second bars -> longer bars; late ticks and repaired holes rebuild theirs.

Nobody else changes a bar that is made of ticks, but for the history stage, which
puts the exchange's own over one that lacks trades, and only as it was read.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from celery import shared_task

from analytics.forming import folded
from analytics.quality.spans import Span, changed_spans, spans
from analytics.records.market import Bar, Gap, Tick
from analytics.second_bars import built_until, second_bars, with_finality
from analytics.timeframes import FOLDED_FROM, TIMEFRAMES, bar_end, bar_start
from workers.coordination.single_flight import single_flight
from workers.messages.market import bars_json
from workers.messages.rooms import bars_topic
from workers.publish import publish
from workers.store.bars import load_bar_before, load_bars, load_unfinished_bars, save_fuller_bars
from workers.store.gaps import load_unresolved_gaps
from workers.store.market_clock import load_market_clock, load_shard_clocks
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.rebuilds import Rebuild, finish_rebuilds, load_rebuilds
from workers.store.rewritten import note_rewritten
from workers.store.seams import load_folds_from
from workers.store.ticks import load_ticks, load_ticks_up
from workers.store.watchlist import load_watchlist

log = logging.getLogger(__name__)

TICKS_AT_ONCE = 50_000
MILLISECOND = timedelta(milliseconds=1)
REBUILT_AT_ONCE = timedelta(minutes=2)
STEP_BACK = timedelta(seconds=10)  # of moments from one id to the next, at most
LONGEST = timedelta(hours=1)  # the longest timeframe: bars that began so long ago may still move
CORRECTIONS_SENT = 50


@shared_task(name="workers.tasks.bars.build_bars")
def build_bars() -> None:
    """Bring the bars of every symbol up to the newest ticks."""
    with single_flight("build_bars") as flight:
        clock = load_market_clock()
        if not flight.won or clock is None:
            return
        clocks = load_shard_clocks()
        progress, built, changed = load_progress(), 0, 0
        for symbol in load_watchlist():
            bars = build_symbol(symbol, progress.get(symbol), clocks.get(symbol, clock))
            built, changed = built + len(bars), changed + bool(bars)
            if not flight.renew():
                break
    if built:
        log.info("bars built symbols=%d count=%d", changed, built)


def build_symbol(symbol: str, progress: BarProgress | None, clock: datetime) -> list[Bar]:
    """Build what is new or late of one symbol; returns the bars that changed.

    A run that died may have saved some of its bars: the next one, which begins where that
    began, folds and notes all it touches, whether it differs from what is stored or not.
    """
    ticks = load_ticks(symbol, after_id=progress.tick_id if progress else -1, limit=TICKS_AT_ONCE)
    whole_from = load_folds_from(symbol)
    if ticks and whole_from is None:
        return []  # first the join to the exchange's history
    until = _until(ticks, clock)
    gaps = load_unresolved_gaps(symbol)
    new = second_bars(tick for tick in ticks if tick.traded_at < until)
    rebuilt, rebuilds = _from_all_ticks(symbol, new, until, progress)
    judged_again = _judged_again(symbol, progress, spans(gaps))
    stored = [bar for bar in judged_again if bar.timeframe == "1s"]
    fresh = [bar for _, bar in sorted({bar.start: bar for bar in [*stored, *new, *rebuilt]}.items())]
    seconds = with_finality(fresh, gaps, until)
    changed = _save_changed(symbol, "1s", seconds)
    waiting = load_unfinished_bars(symbol, *_moving(progress, until))
    changed += _fold_up(symbol, [*seconds, *judged_again, *waiting], gaps, until, whole_from)
    _note_rewritten(symbol, [*seconds, *judged_again], progress)
    save_progress(replace(_progress_after(symbol, ticks, progress, until), holes=tuple(spans(gaps))))
    finish_rebuilds(rebuilds)
    publish(_corrections(symbol, changed))
    return changed


def _until(ticks: Sequence[Tick], clock: datetime) -> datetime:
    """Before which moment every second is over and all its ticks are at hand."""
    newest = max((tick.traded_at for tick in ticks), default=None)
    if newest is not None and len(ticks) == TICKS_AT_ONCE:
        return bar_start(newest, "1s")  # there are more
    return built_until(newest, clock)


def _from_all_ticks(
    symbol: str, new: Sequence[Bar], until: datetime, progress: BarProgress | None
) -> tuple[list[Bar], list[Rebuild]]:
    """Seconds of which not all ticks are new, and the requests that this answers.

    Of a long stretch that was filled a part is rebuilt in each run: bars that
    are new meanwhile do not wait for the whole of it.
    """
    rows = [row for row in load_rebuilds(symbol) if row.second < until]
    continued, asked = _continued(symbol, new, progress), {row.second for row in rows}
    bars, done, ticks = [], set[datetime](), 0
    for seconds in _groups(sorted(continued | asked)):
        if ticks < TICKS_AT_ONCE or not continued.isdisjoint(seconds):
            found = _ticks_around(symbol, seconds)
            bars += _rebuilt(symbol, seconds, found)
            done.update(seconds)
            ticks += len(found)
    return bars, [row for row in rows if row.second in done]


def _continued(symbol: str, bars: Sequence[Bar], progress: BarProgress | None) -> set[datetime]:
    """Seconds some of whose ticks lie before the watermark: only a rebuild sees all of them."""
    before = [bar for bar in bars if progress is not None and bar.start < progress.built_until]
    if progress is None or not before:
        return set()
    stored = load_bars(symbol, "1s", start=before[0].start, end=before[-1].end)
    return {bar.start for bar in stored if bar.first_id is not None and bar.first_id <= progress.tick_id}


def _groups(seconds: Sequence[datetime]) -> list[list[datetime]]:
    """Ascending seconds in stretches short enough to load the ticks of each at once."""
    groups: list[list[datetime]] = []
    for second in seconds:
        if groups and second - groups[-1][0] < REBUILT_AT_ONCE:
            groups[-1].append(second)
        else:
            groups.append([second])
    return groups


def _ticks_around(symbol: str, seconds: Sequence[datetime]) -> list[Tick]:
    """All ticks of ascending seconds, and some of their neighbours: moments may step back a little."""
    before = load_bar_before(symbol, seconds[0])
    first = before.first_id - 1 if before and before.first_id is not None else -1
    return load_ticks_up(symbol, after_id=first, before=bar_end(seconds[-1], "1s") + STEP_BACK)


def _rebuilt(symbol: str, seconds: Sequence[datetime], ticks: Sequence[Tick]) -> list[Bar]:
    """Ascending seconds from their ticks; one without any as it is stored."""
    built = {bar.start: bar for bar in second_bars(ticks)}
    stored = load_bars(symbol, "1s", start=seconds[0], end=bar_end(seconds[-1], "1s"))
    known = {bar.start: bar for bar in stored} | built
    return [known[second] for second in seconds if second in known]


def _judged_again(symbol: str, progress: BarProgress | None, holes: Sequence[Span]) -> list[Bar]:
    """Stored bars whose finality may have changed, because a hole came, went or shrank since the last run."""
    if progress is None or progress.holes is None:
        unfinished = load_unfinished_bars(symbol, None, None, timeframes=TIMEFRAMES)
        return [*unfinished, *_over(symbol, holes)]
    return _over(symbol, changed_spans(progress.holes, holes))


def _over(symbol: str, spans: Iterable[tuple[datetime, datetime]]) -> list[Bar]:
    return [
        bar
        for after, before in spans
        for timeframe in TIMEFRAMES
        for bar in load_bars(symbol, timeframe, start=bar_start(after, timeframe), end=before + MILLISECOND)
    ]


def _moving(progress: BarProgress | None, until: datetime) -> tuple[datetime | None, datetime]:
    """Between which starts bars may have ended since the last run."""
    return (progress.built_until - LONGEST if progress else None, until)


def _fold_up(
    symbol: str, touched: Sequence[Bar], gaps: Sequence[Gap], until: datetime, whole_from: datetime | None
) -> list[Bar]:
    """Save the longer bars of those touched, from shortest to longest; returns those that changed."""
    changed, below = [], [bar for bar in touched if bar.timeframe == "1s"]
    for timeframe, shorter in FOLDED_FROM.items():
        starts = {bar_start(bar.start, timeframe) for bar in below}
        starts |= {bar.start for bar in touched if bar.timeframe == timeframe}
        bars = [_longer(symbol, timeframe, shorter, start, whole_from) for start in sorted(starts)]
        below = with_finality([bar for bar in bars if bar is not None], gaps, until)
        changed += _save_changed(symbol, timeframe, below)
    return changed


def _longer(
    symbol: str, timeframe: str, shorter: str, start: datetime, whole_from: datetime | None
) -> Bar | None:
    """The bar that begins at `start`, folded where its parts are whole, else as it is stored.

    Minutes need whole seconds; longer bars are folded from minutes, which reach back as far as they do.
    """
    end = bar_end(start, timeframe)
    can_fold = timeframe != "1m" or (whole_from is not None and start >= whole_from)
    parts = load_bars(symbol, shorter, start=start, end=end) if can_fold else []
    if parts:
        return folded(parts, timeframe, is_final=False)
    return next(iter(load_bars(symbol, timeframe, start=start, end=end)), None)


def _save_changed(symbol: str, timeframe: str, bars: Sequence[Bar]) -> list[Bar]:
    """Save the bars that differ from the stored ones.

    Where trades are missing the exchange's own bar stands, also one that is
    written just now: ours, built from what there is, does not replace it before
    the hole is filled. Nor does one whose trades were swept by retention
    meanwhile replace what they made once.
    """
    if not bars:
        return []
    first, last = min(bar.start for bar in bars), max(bar.start for bar in bars)
    stored = {
        bar.start: bar for bar in load_bars(symbol, timeframe, start=first, end=bar_end(last, timeframe))
    }
    fullest = [_fuller(bar, stored.get(bar.start)) for bar in bars]
    changed = [bar for bar in fullest if bar != stored.get(bar.start)]
    save_fuller_bars(changed)
    return changed


def _fuller(bar: Bar, stored: Bar | None) -> Bar:
    """Ours, unless the stored one holds more trades; final or not as ours is."""
    if stored is not None and stored.trades > bar.trades:
        return replace(stored, is_final=bar.is_final)
    return bar


def _progress_after(
    symbol: str, ticks: Sequence[Tick], progress: BarProgress | None, until: datetime
) -> BarProgress:
    """The mark stays before the first tick of the newest second: more of that second may come."""
    before = progress.tick_id if progress else -1
    if not ticks:
        return BarProgress(symbol, before, until)
    newest_second = bar_start(max(tick.traded_at for tick in ticks), "1s")
    return BarProgress(symbol, min(tick.id for tick in ticks if tick.traded_at >= newest_second) - 1, until)


def _note_rewritten(symbol: str, touched: Sequence[Bar], progress: BarProgress | None) -> None:
    """Have the stages behind this one work again from the oldest closed bar with one of those touched."""
    if progress is None:
        return
    for timeframe in TIMEFRAMES:
        starts = {
            bar_start(bar.start, timeframe)
            for bar in touched
            if TIMEFRAMES.index(bar.timeframe) <= TIMEFRAMES.index(timeframe)
        }
        closed = [start for start in starts if bar_end(start, timeframe) <= progress.built_until]
        if closed:
            note_rewritten(symbol, timeframe, first=min(closed), last=max(closed))


def _corrections(symbol: str, changed: Sequence[Bar]) -> dict[str, dict[str, object]]:
    """Messages with the bars that are final now; the stream sends those that move."""
    by_timeframe: dict[str, list[Bar]] = {}
    for bar in changed:
        if bar.is_final:
            by_timeframe.setdefault(bar.timeframe, []).append(bar)
    return {
        bars_topic(symbol, timeframe): bars_json(
            symbol, timeframe, forming=None, closed=bars[-CORRECTIONS_SENT:]
        )
        for timeframe, bars in by_timeframe.items()
    }
