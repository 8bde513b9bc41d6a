"""Closes of a window as far back as the store knows what was traded, for statistics of several symbols.

Known are: everything since the history that was taken when capture began, up
to where bars are built; what files cover; what was taken from the exchange
over a hole. Not known is what a hole hides that nobody filled.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from analytics.quality.coverage import known_closes, without_holes
from analytics.quality.spans import Span, joined_spans, spans
from analytics.records.closes import Closes
from analytics.records.imports import Stretch
from analytics.records.market import Gap
from analytics.timeframes import bar_end, length
from workers.store.bars import load_closes
from workers.store.gaps import load_hiding_gaps
from workers.store.progress import BarProgress, load_progress
from workers.store.seams import HISTORY, Seam, load_seams_since
from workers.store.stretches import load_stretches_since


def load_known_closes(
    symbols: Sequence[str], timeframe: str, newest: datetime, bars: int
) -> dict[str, Closes]:
    """The closes of each symbol over the last `bars` bars up to the one that starts at `newest`.

    Shorter where less is known without a break, empty where the newest bar is not known.
    """
    covered = _load_covered(symbols, newest - bars * length(timeframe))
    found = load_closes(symbols, timeframe, bar_end(newest, timeframe), bars)
    return {
        symbol: known_closes(closes, covered[symbol], newest=newest, bars=bars)
        for symbol, closes in found.items()
    }


def _load_covered(symbols: Sequence[str], since: datetime) -> dict[str, list[Span]]:
    """Between which moments each symbol is known; holes and seams that end before `since` are left out."""
    progress, seams = load_progress(), load_seams_since(symbols, since)
    stretches, gaps = load_stretches_since(symbols, since), load_hiding_gaps(symbols, since)
    return {
        symbol: _covered(
            progress.get(symbol), seams.get(symbol, {}), stretches.get(symbol, ()), gaps.get(symbol, ())
        )
        for symbol in symbols
    }


def _covered(
    progress: BarProgress | None,
    seams: Mapping[str, Seam],
    stretches: Iterable[Stretch],
    gaps: Iterable[Gap],
) -> list[Span]:
    taken = [(seam.since, seam.until) for seam in seams.values()]
    traded = [(stretch.since, stretch.until) for stretch in stretches]
    if progress is not None and HISTORY in seams:
        traded.append((seams[HISTORY].since, progress.built_until))
    return joined_spans([*without_holes(joined_spans(traded), spans(gaps)), *taken])
