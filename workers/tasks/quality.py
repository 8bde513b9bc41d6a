"""How whole the last day of each symbol is, once a minute of market time and when its holes change."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from celery import shared_task

from analytics.quality.completeness import completeness
from analytics.quality.day import QUARTER, QUARTERS, quarter_states
from analytics.records.market import UNRESOLVED, Bar, Gap
from analytics.records.quality import SymbolQuality
from analytics.records.snapshots import Completeness
from analytics.timeframes import bar_start, length
from workers.coordination.single_flight import single_flight
from workers.store.bars import load_bars, load_first_bars, load_unfinished_bars
from workers.store.gaps import load_gaps, load_unresolved_gaps
from workers.store.progress import load_progress
from workers.store.quality import load_symbol_quality, save_symbol_quality
from workers.store.watchlist import load_watchlist

log = logging.getLogger(__name__)

TIMEFRAMES = ("1m", "5m", "15m", "1h")  # loaded whole; of seconds only what matters
DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)
GAPS_LOOKED_AT = 500  # of each symbol, the newest


@shared_task(name="workers.tasks.quality.judge_quality")
def judge_quality() -> None:
    """Judge every symbol of the watch-list whose minute has turned or whose holes changed."""
    with single_flight("judge_quality") as flight:
        if not flight.won:
            return
        known, progress = load_symbol_quality(), load_progress()
        open_gaps = Counter(gap.symbol for gap in load_unresolved_gaps())
        judged = 0
        for symbol in load_watchlist():
            if symbol not in progress:
                continue
            if _is_due(known.get(symbol), progress[symbol].built_until, open_gaps[symbol]):
                save_symbol_quality([symbol_quality(symbol, progress[symbol].built_until)])
                judged += 1
            if not flight.renew():
                break
    if judged:
        log.info("quality judged symbols=%d", judged)


def symbol_quality(symbol: str, as_of: datetime) -> SymbolQuality:
    """The last day of a symbol up to where its bars are built."""
    gaps = load_gaps(symbol, limit=GAPS_LOOKED_AT)
    minutes = _bars(symbol, "1m", as_of)
    since = bar_start(as_of, "15m") - (QUARTERS - 1) * QUARTER
    by_timeframe = {"1s": _seconds(symbol, gaps, as_of), "1m": _completeness("1m", minutes, gaps, as_of)}
    for timeframe in TIMEFRAMES[1:]:
        by_timeframe[timeframe] = _completeness(timeframe, _bars(symbol, timeframe, as_of), gaps, as_of)
    return SymbolQuality(
        symbol=symbol,
        as_of=as_of,
        computed_at=datetime.now(UTC),
        completeness=by_timeframe,
        spans_since=since,
        spans=quarter_states(minutes, gaps, since=since, as_of=as_of),
    )


def _bars(symbol: str, timeframe: str, as_of: datetime) -> list[Bar]:
    """A day of bars and some before it, so that a quiet beginning is not taken for a missing one."""
    return load_bars(symbol, timeframe, start=bar_start(as_of - DAY, "1h") - timedelta(hours=1), end=as_of)


def _seconds(symbol: str, gaps: Sequence[Gap], as_of: datetime) -> Completeness:
    """The seconds of the last day since the first that is kept.

    Of a day's 86,400 only those are loaded that may not be whole: not final, or
    reached by a hole. A second without trades is no bar, and misses nothing.
    """
    newest, since = bar_start(as_of, "1s") - SECOND, bar_start(as_of, "1s") - DAY
    known = load_bars(symbol, "1s", end=since, limit=1)
    known += load_first_bars(symbol, "1s", start=since, end=as_of, limit=1)
    if not known or known[0].start > newest:
        return Completeness(expected=0, present=0, final=0, open_gaps=0)
    unresolved = [gap for gap in gaps if gap.state in UNRESOLVED]
    doubtful = load_unfinished_bars(symbol, since, as_of, timeframes=["1s"])
    doubtful += [bar for gap in unresolved for bar in _reached(symbol, gap, since, as_of)]
    bars = {bar.start: bar for bar in [*known, *doubtful]}
    return completeness(
        sorted(bars),
        [bars[start].is_final for start in sorted(bars)],
        as_of=newest,
        bars=(newest - max(known[0].start, since)) // SECOND + 1,
        timeframe="1s",
        gaps=unresolved,
    )


def _reached(symbol: str, gap: Gap, since: datetime, as_of: datetime) -> list[Bar]:
    """The stored seconds that a hole reaches into."""
    start = max(since, bar_start(gap.after, "1s")) if gap.after else since
    end = min(as_of, gap.before + SECOND) if gap.before else as_of
    return load_bars(symbol, "1s", start=start, end=end) if start < end else []


def _completeness(timeframe: str, bars: Sequence[Bar], gaps: Sequence[Gap], as_of: datetime) -> Completeness:
    return completeness(
        [bar.start for bar in bars],
        [bar.is_final for bar in bars],
        as_of=bar_start(as_of, timeframe) - length(timeframe),  # the newest that is over
        bars=DAY // length(timeframe),
        timeframe=timeframe,
        gaps=[gap for gap in gaps if gap.state in UNRESOLVED],
    )


def _is_due(known: SymbolQuality | None, until: datetime, open_gaps: int) -> bool:
    """A new minute, other holes than before, or bars that have come since."""
    if known is None or known.completeness["1m"].final < known.completeness["1m"].expected:
        return True
    turned = bar_start(until, "1m") > bar_start(known.as_of, "1m")
    return turned or known.completeness["1m"].open_gaps != open_gaps
