"""Since when a series is known without a break: what a window may reach back to. Standard library only."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from analytics.quality.spans import Span, joined_spans
from analytics.records.closes import Closes
from analytics.timeframes import bar_start, length, seconds


def without_holes(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of spans outside of holes."""
    left = list(spans)
    for after, before in holes:
        left = [(begin, min(end, after)) for begin, end in left] + [
            (max(begin, before), end) for begin, end in left
        ]
        left = joined_spans(left)
    return left


def begins_of(starts: Sequence[int], covered: Sequence[Span], timeframe: str) -> list[int]:
    """Starts of the bars at which a series begins: the first, and each behind time that nobody knows.

    Parameters
    ----------
    starts
        Of the stored bars, ascending, in seconds since 1970.
    covered
        Joined spans of time of which every trade is in the store.
    """
    size = seconds(timeframe)
    spans = [(begin.timestamp(), end.timestamp()) for begin, end in covered]
    later = [
        start
        for before, start in pairwise(starts)
        if start - before > size and not any(b <= before + size and start <= e for b, e in spans)
    ]
    return [*starts[:1], *later]


def known_closes(closes: Closes, covered: Sequence[Span], *, newest: datetime, bars: int) -> Closes:
    """The closes of the last `bars` bars of the grid up to `newest`, as far back as each of them is known.

    A bar is known if it is stored, or if it lies wholly in a covered span: then
    nothing was traded in it, and the close before it holds. What lies behind
    the first bar that is not known is left out, so nothing bridges it. The
    first and the newest bar of the answer are always among its rows, flat where
    nothing was traded. It is empty if the newest bar is not known.

    Parameters
    ----------
    closes
        Stored ones up to `newest`, and the last one before the window, if there is any.
    covered
        Joined spans of time of which every trade is in the store.
    """
    size, last = seconds(closes.timeframe), int(newest.timestamp())
    floor = last - (bars - 1) * size
    before = max(0, bisect_right(closes.starts, floor) - 1)
    reach = min(floor, closes.starts[before]) if closes.starts else floor
    since = _known_since(closes, covered, newest, reach)
    begin = bisect_left(closes.starts, since)
    if since > last or begin == len(closes.starts):
        return Closes(closes.symbol, closes.timeframe, (), (), ())
    return _from_to(closes, max(floor, closes.starts[begin]), last)


def _from_to(closes: Closes, first: int, last: int) -> Closes:
    """The rows of first..last, at least these two: where nothing was traded the close before stands."""
    begin, end = bisect_left(closes.starts, first), bisect_right(closes.starts, last)
    rows = list(zip(closes.starts, closes.closes, closes.finals, strict=True))[begin:end]
    if not rows or rows[0][0] > first:
        rows.insert(0, (first, closes.closes[begin - 1], True))
    if rows[-1][0] < last:
        rows.append((last, rows[-1][1], True))
    starts, values, finals = zip(*rows, strict=True)
    return Closes(closes.symbol, closes.timeframe, starts, values, finals)


def _known_since(closes: Closes, covered: Sequence[Span], newest: datetime, reach: int) -> int:
    """The earliest start, `reach` at most, from which each bar up to the newest one is known."""
    size, stored = seconds(closes.timeframe), set(closes.starts)
    since = int(newest.timestamp()) + size
    begins = [(_first_whole(begin, closes.timeframe), end.timestamp()) for begin, end in covered]
    while since > reach:
        within = min((begin for begin, end in begins if begin < since <= end), default=None)
        if within is not None:
            since = within
        elif since - size in stored:
            since -= size
        else:
            break
    return since


def _first_whole(moment: datetime, timeframe: str) -> int:
    """Start in seconds of the first bar that begins at a moment or after it."""
    start = bar_start(moment, timeframe)
    return int((start if start == moment else start + length(timeframe)).timestamp())
