"""Of which time the store knows every trade of a symbol.

Known are: everything since the history that was taken when capture began, up
to where bars are built; what files cover; what was taken from the exchange
over a hole. Not known is what a hole hides that nobody filled.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from analytics.quality.coverage import without_holes
from analytics.quality.spans import Span, joined_spans, spans
from analytics.records.imports import Stretch
from analytics.records.market import Gap
from workers.store.gaps import load_hiding_gaps
from workers.store.progress import BarProgress, load_progress
from workers.store.seams import HISTORY, Seam, load_seams_since
from workers.store.stretches import load_stretches_since


def load_covered(symbols: Sequence[str], timeframe: str, since: datetime) -> dict[str, list[Span]]:
    """Between which moments each symbol is known; holes and seams that end before `since` are left out."""
    progress, seams = load_progress(), load_seams_since(symbols, since)
    stretches, gaps = load_stretches_since(symbols, since), load_hiding_gaps(symbols, since)
    return {
        symbol: _covered(
            progress.get(symbol),
            {name: _span(seam, timeframe) for name, seam in seams.get(symbol, {}).items()},
            stretches.get(symbol, ()),
            gaps.get(symbol, ()),
        )
        for symbol in symbols
    }


def _span(seam: Seam, timeframe: str) -> Span:
    """What of a seam is known: minutes were taken of all of it, seconds of the newest part."""
    return (seam.seconds_from if timeframe == "1s" and seam.seconds_from else seam.since, seam.until)


def _covered(
    progress: BarProgress | None,
    seams: Mapping[str, Span],
    stretches: Iterable[Stretch],
    gaps: Iterable[Gap],
) -> list[Span]:
    traded = [(stretch.since, stretch.until) for stretch in stretches]
    if progress is not None and HISTORY in seams:
        traded.append((seams[HISTORY][0], progress.built_until))
    return joined_spans([*without_holes(joined_spans(traded), spans(gaps)), *seams.values()])
