"""How whole the bars of an answer are: the one place in the web that asks `analytics.quality`."""

from analytics.quality.completeness import completeness
from analytics.records.snapshots import Completeness
from analytics.timeframes import length
from app.bar_history import BarPage
from workers.store.gaps import load_unresolved_gaps


def wholeness(page: BarPage, symbol: str, timeframe: str) -> Completeness:
    """Of the time from the first bar to the last; of no bars nothing is expected."""
    if not page.starts:
        return Completeness(0, 0, 0, 0)
    first, last = page.starts[0], page.starts[-1]
    return completeness(
        page.starts,
        page.finals,
        as_of=last,
        bars=(last - first) // length(timeframe) + 1,
        timeframe=timeframe,
        gaps=load_unresolved_gaps(symbol),
    )
