"""Share of a window that is present: the stamp on every snapshot. Standard library only."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from analytics.records.closes import Closes
from analytics.records.market import UNRESOLVED, Gap
from analytics.records.snapshots import Completeness
from analytics.timeframes import length


def completeness(
    starts: Sequence[datetime],
    finals: Sequence[bool],
    *,
    as_of: datetime,
    bars: int,
    timeframe: str,
    gaps: Sequence[Gap],
) -> Completeness:
    """How whole the last `bars` bars up to the one that starts at `as_of` are.

    A bar that is not stored counts as present, and final, if history is known
    before it and no unresolved gap reaches into it: then nothing was traded.

    Parameters
    ----------
    starts, finals
        The stored bars, oldest first, from the window or from before it. Final
        ones that no gap reaches into may be left out, all but the first.
    gaps
        Rows of the symbol in any state; resolved ones do not matter.
    """
    span = length(timeframe)
    window_start = as_of - (bars - 1) * span
    open_gaps = [g for g in gaps if g.state in UNRESOLVED and g.overlaps(window_start, bars * span)]
    begin, end = bisect_left(starts, window_start), bisect_right(starts, as_of)
    known_from = max(window_start, starts[0]) if starts and starts[0] <= as_of else as_of + span
    known = (as_of - known_from) // span + 1
    lost = _lost(set(starts[begin:end]), known_from, known, span, open_gaps) if open_gaps else 0
    return Completeness(
        expected=bars,
        present=known - lost,
        final=known - lost - sum(not final for final in finals[begin:end]),
        open_gaps=len(open_gaps),
    )


def completeness_of_closes(
    closes: Closes, *, as_of: datetime, bars: int, gaps: Sequence[Gap]
) -> Completeness:
    """The same of a symbol of which only the closes were loaded."""
    starts, finals = needed_rows(closes.starts, closes.finals, gaps)
    return completeness(starts, finals, as_of=as_of, bars=bars, timeframe=closes.timeframe, gaps=gaps)


def needed_rows(
    starts: Sequence[int], finals: Sequence[bool], gaps: Sequence[Gap]
) -> tuple[list[datetime], list[bool]]:
    """Of starts in seconds, those that `completeness` needs, as moments; all only where there are gaps."""
    needed: Sequence[int] = range(len(starts))
    if not any(gap.state in UNRESOLVED for gap in gaps):
        needed = [place for place in needed if place == 0 or not finals[place]]
    return [datetime.fromtimestamp(starts[place], UTC) for place in needed], [finals[p] for p in needed]


def weakest(stamps: Sequence[Completeness]) -> Completeness:
    """The stamp of a number that several symbols went into: that of the least whole, all gaps counted.

    >>> weakest([Completeness(60, 60, 59, 0), Completeness(60, 40, 40, 1)])
    Completeness(expected=60, present=40, final=40, open_gaps=1)
    """
    return Completeness(
        expected=max((stamp.expected for stamp in stamps), default=0),
        present=min((stamp.present for stamp in stamps), default=0),
        final=min((stamp.final for stamp in stamps), default=0),
        open_gaps=sum(stamp.open_gaps for stamp in stamps),
    )


def _lost(stored: set[datetime], first: datetime, bars: int, span: timedelta, gaps: Sequence[Gap]) -> int:
    """Bars of the grid that are not stored and that a gap reaches into."""
    reached: set[int] = set()
    for gap in gaps:
        low = (gap.after - first) // span if gap.after else 0
        high = (gap.before - first) // span if gap.before else bars - 1
        reached.update(range(max(0, low), min(bars - 1, high) + 1))
    return sum(1 for position in reached if first + position * span not in stored)
