"""The last day in quarters of an hour, each with its state. Standard library only."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from analytics.records.market import Bar, Gap
from analytics.records.quality import SpanState

QUARTER = timedelta(minutes=15)
QUARTERS = 96


def quarter_states(
    bars: Sequence[Bar], gaps: Sequence[Gap], *, since: datetime, as_of: datetime
) -> tuple[SpanState, ...]:
    """State of each quarter of an hour that begins in [since, since + 24 h) and not after `as_of`.

    Parameters
    ----------
    bars
        One-minute bars of one symbol, oldest first, from `since` or before it;
        the first one tells since when anything is known.
    gaps
        Rows of the symbol in any state.
    """
    starts = [bar.start for bar in bars]
    begins = [since + number * QUARTER for number in range(QUARTERS)]
    return tuple(_state(bars, starts, gaps, begin, as_of) for begin in begins if begin <= as_of)


def _state(
    bars: Sequence[Bar], starts: Sequence[datetime], gaps: Sequence[Gap], begin: datetime, as_of: datetime
) -> SpanState:
    end = min(begin + QUARTER, as_of)
    if not bars or starts[0] >= begin + QUARTER:
        return "unknown"
    holes = {gap.state for gap in gaps if gap.overlaps(begin, QUARTER)}
    if holes & {"failed", "expired"} or starts[0] > begin:
        return "incomplete"
    if holes & {"open", "filling"}:
        return "repairing"
    within = bars[bisect_left(starts, begin) : bisect_left(starts, end)]
    if any(not bar.is_final and bar.end < end - timedelta(minutes=1) for bar in within):
        return "incomplete"
    # Without trades it goes by the bar before it: whether we were listening then.
    sources = {bar.source for bar in within or bars[: bisect_left(starts, begin)][-1:]}
    return "exchange" if "exchange" in sources else "complete"
