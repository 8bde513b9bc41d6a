"""New ticks -> one-second bars -> longer bars; late ticks rebuild theirs."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from celery import shared_task

from analytics.forming import folded
from analytics.records.market import Bar, Gap, Tick
from analytics.second_bars import built_until, second_bars, with_finality
from analytics.timeframes import FOLDED_FROM, bar_end, bar_start
from workers.coordination.single_flight import single_flight
from workers.messages.market import bars_json
from workers.messages.rooms import bars_topic
from workers.publish import publish
from workers.store.bars import load_bars, load_neighbours, load_unfinished_bars, save_bars
from workers.store.gaps import load_unresolved_gaps
from workers.store.market_clock import load_market_clock
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.rebuilds import finish_rebuilds, load_rebuilds
from workers.store.seams import folds_from, load_seams
from workers.store.ticks import load_ticks
from workers.store.watchlist import load_watchlist
from workers.store.watermarks import lower_watermarks, watermark_name

log = logging.getLogger(__name__)

TICKS_AT_ONCE = 50_000
AT_MOST_SECONDS = 120.0


@shared_task(name="workers.tasks.bars.build_bars")
def build_bars() -> None:
    """Bring the bars of every symbol up to the newest ticks."""
    with single_flight("build_bars", at_most_seconds=AT_MOST_SECONDS) as mine:
        clock = load_market_clock()
        if not mine or clock is None:
            return
        progress = load_progress()
        changed = {symbol: build_symbol(symbol, progress.get(symbol), clock) for symbol in load_watchlist()}
    built = sum(len(bars) for bars in changed.values())
    if built:
        log.info("bars built symbols=%d count=%d", sum(1 for bars in changed.values() if bars), built)


def build_symbol(symbol: str, progress: BarProgress | None, clock: datetime) -> list[Bar]:
    """Build what is new or late of one symbol; returns the bars that changed."""
    ticks = load_ticks(symbol, after_id=progress.tick_id if progress else -1, limit=TICKS_AT_ONCE)
    caught_up = len(ticks) < TICKS_AT_ONCE
    newest = ticks[-1].traded_at if ticks else None
    until = built_until(newest, clock) if caught_up or newest is None else bar_start(newest, "1s")
    over = [tick for tick in ticks if tick.traded_at < until]
    rebuilds = load_rebuilds(symbol)
    gaps = load_unresolved_gaps(symbol)
    fresh = [*second_bars(over), *_rebuilt_seconds(symbol, [row.second for row in rebuilds])]
    seconds = _save_changed(symbol, "1s", with_finality(fresh, gaps, until))
    longer = _fold_up(symbol, seconds, gaps, until)
    changed = [*seconds, *longer]
    _note_rewritten(symbol, changed, progress)
    save_progress(_progress_after(symbol, ticks, progress, until))
    finish_rebuilds(rebuilds)
    publish(_corrections(symbol, changed))
    return changed


def _progress_after(
    symbol: str, ticks: Sequence[Tick], progress: BarProgress | None, until: datetime
) -> BarProgress:
    """The mark stays before the newest second: more of its ticks may come."""
    newest_second = bar_start(ticks[-1].traded_at, "1s") if ticks else until
    done = [tick.id for tick in ticks if tick.traded_at < newest_second]
    before = progress.tick_id if progress else -1
    return BarProgress(symbol, max(done, default=before), until)


def _rebuilt_seconds(symbol: str, seconds: Sequence[datetime]) -> list[Bar]:
    """The seconds that were asked for, from all their ticks in the store; without any, as they are stored."""
    rebuilt: dict[datetime, Bar] = {}
    for second in seconds:
        if second not in rebuilt:
            stored = load_bars(symbol, "1s", start=second, end=bar_end(second, "1s"))
            rebuilt.update((bar.start, bar) for bar in [*stored, *_built_around(symbol, second)])
    return [rebuilt[second] for second in seconds if second in rebuilt]


def _built_around(symbol: str, second: datetime) -> list[Bar]:
    """The seconds between a second's stored neighbours, whose own ticks are not all looked at here."""
    before, after = load_neighbours(symbol, second)
    first = before.last_id if before and before.last_id is not None else -1
    last = after.first_id - 1 if after and after.first_id is not None else None
    built = second_bars(load_ticks(symbol, after_id=first, up_to_id=last))
    return [
        bar
        for bar in built
        if (before is None or bar.start > before.start) and (after is None or bar.start < after.start)
    ]


def _fold_up(symbol: str, seconds: Sequence[Bar], gaps: Sequence[Gap], until: datetime) -> list[Bar]:
    """The longer bars that changed with these seconds or are over by now, from shortest to longest."""
    whole_from = folds_from(load_seams(symbol))
    if whole_from is None:
        return []
    changed, below = [], list(seconds)
    waiting = load_unfinished_bars(symbol, until=until)
    for timeframe, shorter in FOLDED_FROM.items():
        starts = {bar_start(bar.start, timeframe) for bar in below}
        starts |= {bar.start for bar in waiting if bar.timeframe == timeframe}
        whole = sorted(start for start in starts if start >= whole_from)
        bars = [bar for start in whole for bar in _folded_bar(symbol, timeframe, shorter, start, gaps, until)]
        below = _save_changed(symbol, timeframe, bars)
        changed += below
    return changed


def _folded_bar(
    symbol: str, timeframe: str, shorter: str, start: datetime, gaps: Sequence[Gap], until: datetime
) -> list[Bar]:
    """The bar that begins at `start` made of the shorter ones in the store; none if nothing traded."""
    parts = load_bars(symbol, shorter, start=start, end=bar_end(start, timeframe))
    if not parts:
        return []
    return with_finality([folded(parts, timeframe, is_final=False)], gaps, until)


def _save_changed(symbol: str, timeframe: str, bars: Sequence[Bar]) -> list[Bar]:
    """Save the bars that differ from the stored ones.

    Where trades are missing the exchange's own bar stands: ours, built from
    what there is, does not replace it before the hole is filled.
    """
    if not bars:
        return []
    first, last = min(bar.start for bar in bars), max(bar.start for bar in bars)
    stored = {
        bar.start: bar for bar in load_bars(symbol, timeframe, start=first, end=bar_end(last, timeframe))
    }
    fullest = [_fuller(bar, stored.get(bar.start)) for bar in bars]
    changed = [bar for bar in fullest if bar != stored.get(bar.start)]
    save_bars(changed)
    return changed


def _fuller(bar: Bar, stored: Bar | None) -> Bar:
    """Ours, unless the exchange's stored one holds more trades; final or not as ours is."""
    if stored is not None and stored.source == "exchange" and stored.trades > bar.trades:
        return replace(stored, is_final=bar.is_final)
    return bar


def _note_rewritten(symbol: str, changed: Sequence[Bar], progress: BarProgress | None) -> None:
    """Have the stages behind this one work again from the oldest closed bar that changed."""
    if progress is None:
        return
    rewritten: dict[str, datetime] = {}
    for bar in changed:
        if bar.end <= progress.built_until:
            rewritten[bar.timeframe] = min(bar.start, rewritten.get(bar.timeframe, bar.start))
    for timeframe, start in rewritten.items():
        lower_watermarks([watermark_name("indicators", symbol, timeframe)], rewritten=start)


def _corrections(symbol: str, changed: Sequence[Bar]) -> dict[str, dict[str, object]]:
    """Messages with the bars that are final now; the stream sends those that move."""
    by_timeframe: dict[str, list[Bar]] = {}
    for bar in changed:
        if bar.is_final:
            by_timeframe.setdefault(bar.timeframe, []).append(bar)
    return {
        bars_topic(symbol, timeframe): bars_json(symbol, timeframe, forming=None, closed=bars[-50:])
        for timeframe, bars in by_timeframe.items()
    }
