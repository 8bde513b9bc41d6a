"""Bars of imported trades where the stage that builds bars has no say: before capture began, or without it.

That stage owns every second since the seam to the exchange's history; there its
own list of seconds to rebuild is written. Older seconds are built here, each
whole from all its ticks in the store, and folded. A bar at the edge of what was
imported, whose other part nobody has, is not made: a missing bar shows, half a
bar does not. An exchange's bar that holds more trades stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.forming import folded
from analytics.records.imports import Stretch
from analytics.records.market import Bar, Gap, Tick
from analytics.second_bars import second_bars, with_finality
from analytics.timeframes import FOLDED_FROM, bar_end, bar_start
from workers.store.bars import load_bars, save_bars
from workers.store.rewritten import note_rewritten
from workers.store.ticks import load_ticks, load_ticks_down, load_ticks_up

MARGIN = timedelta(seconds=1)  # moments may step back a little from one id to the next
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ground:
    """Between which moments bars of a symbol are made here."""

    symbol: str
    since: datetime
    until: datetime
    gaps: Sequence[Gap]  # unresolved ones

    def holds(self, start: datetime, timeframe: str) -> bool:
        """Whether a bar lies wholly in it."""
        return self.since <= start and bar_end(start, timeframe) <= self.until


def ground(stretch: Stretch, seam: datetime | None, gaps: Sequence[Gap]) -> Ground:
    """Where bars of a stretch are made here: before the seam, if there is one."""
    until = stretch.until if seam is None else min(stretch.until, seam)
    return Ground(stretch.symbol, stretch.since, until, gaps)


def build(place: Ground, run: Sequence[Tick], pending_since: datetime | None) -> int:
    """Make the bars that a run of stored ticks touches; how many changed.

    `pending_since`: seconds from there on, up to the run, waited for it to be over.
    """
    first = bar_start(min(tick.traded_at for tick in run), "1s")
    first = min(first, pending_since) if pending_since is not None else first
    last = bar_start(max(tick.traded_at for tick in run), "1s")
    return _save_up(place, second_bars(_ticks(run, first, bar_end(last, "1s"))), first)


def build_rest(place: Ground, stretch: Stretch, pending_since: datetime) -> int:
    """Make the bars at the end of a stretch that is known to be whole now."""
    ticks = load_ticks(place.symbol, after_id=stretch.pending_id - 1, up_to_id=stretch.last_id)
    return _save_up(place, second_bars(ticks), pending_since)


def _ticks(run: Sequence[Tick], first: datetime, end: datetime) -> list[Tick]:
    """All stored ticks of first..end: the run, what lies between its ids, and what is around it."""
    symbol, low, high = run[0].symbol, run[0].id, run[-1].id
    within = run if high - low + 1 == len(run) else load_ticks(symbol, after_id=low - 1, up_to_id=high)
    down = load_ticks_down(symbol, before_id=low, down_to=first - MARGIN)
    up = load_ticks_up(symbol, after_id=high, before=end + MARGIN)
    return [tick for tick in (*down, *within, *up) if first <= tick.traded_at < end]


def _save_up(place: Ground, seconds: Sequence[Bar], since: datetime) -> int:
    """Save seconds and what is folded of them, from shortest to longest; how many bars changed."""
    below = [bar.start for bar in seconds]
    count = _save(place, "1s", seconds)
    for timeframe, shorter in FOLDED_FROM.items():
        starts = sorted({bar_start(start, timeframe) for start in (since, *below)})
        bars = [
            _folded(place, timeframe, shorter, start) for start in starts if place.holds(start, timeframe)
        ]
        below = starts
        count += _save(place, timeframe, [bar for bar in bars if bar is not None])
    return count


def _folded(place: Ground, timeframe: str, shorter: str, start: datetime) -> Bar | None:
    parts = load_bars(place.symbol, shorter, start=start, end=bar_end(start, timeframe))
    return folded(parts, timeframe, is_final=False) if parts else None


def _save(place: Ground, timeframe: str, bars: Sequence[Bar]) -> int:
    """Save those that lie in the place and differ from the stored ones."""
    ours = with_finality((bar for bar in bars if place.holds(bar.start, timeframe)), place.gaps, place.until)
    if not ours:
        return 0
    end = bar_end(ours[-1].start, timeframe)
    stored = {bar.start: bar for bar in load_bars(place.symbol, timeframe, start=ours[0].start, end=end)}
    changed = [bar for bar in ours if _is_fuller(bar, stored.get(bar.start))]
    save_bars(changed)
    if changed:
        note_rewritten(place.symbol, timeframe, first=changed[0].start, last=changed[-1].start)
    return len(changed)


def _is_fuller(bar: Bar, stored: Bar | None) -> bool:
    """Whether a bar takes the place of the stored one; ticks that were swept do not make it smaller."""
    return stored is None or (stored.trades <= bar.trades and stored != bar)


def touched_seconds(ticks: Iterable[Tick]) -> set[tuple[str, datetime]]:
    """Symbol and second of each tick."""
    return {(tick.symbol, bar_start(tick.traded_at, "1s")) for tick in ticks}
