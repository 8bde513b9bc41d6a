"""Fewer points for the same picture: every high and low is still there, and both ends are kept.

Bars are thinned by folding them into longer ones, lines by the lowest and the
highest point of each stretch.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from math import fsum

from analytics.records.histories import ThinnedBars, WideBar
from analytics.records.market import Bar
from analytics.timeframes import seconds

# How many bars become one: an hour becomes hours, parts of a day, days, and twice as many days each time.
MULTIPLES = (1, 2, 4, 6, 12, 24, *(48 * 2**power for power in range(16)))


def thinned_bars(bars: Sequence[Bar], most: int) -> ThinnedBars:
    """The bars folded into the shortest longer ones of which there are at most `most`.

    Parameters
    ----------
    bars
        Of one symbol and timeframe, oldest first.
    most
        At least 2. Longer bars begin at whole multiples of their length since 1970.
    """
    if not bars:
        return ThinnedBars(0, ())
    base = seconds(bars[0].timeframe)
    starts = [int(bar.start.timestamp()) for bar in bars]
    step = next(base * multiple for multiple in MULTIPLES if _count(starts, base * multiple) <= most)
    return ThinnedBars(step, folded_bars(bars, step))


def folded_bars(bars: Sequence[Bar], step_seconds: int) -> tuple[WideBar, ...]:
    """One bar for each `step_seconds` that hold any; the last is final when its time is over."""
    grouped = groupby(bars, key=lambda bar: int(bar.start.timestamp()) // step_seconds)
    return tuple(_one(list(parts), place * step_seconds, step_seconds) for place, parts in grouped)


def thinned_line(values: Sequence[float | None], most: int) -> list[int]:
    """Places of at most `most` values (at least 4) that draw the same line.

    The first and the last place, and in each of equal stretches between them the
    lowest and the highest value, or one place where nothing is known: a hole
    that is as long as a stretch stays one.
    """
    if len(values) <= most:
        return list(range(len(values)))
    last = len(values) - 1
    stretches = (most - 2) // 2
    edges = [1 + (last - 1) * place // stretches for place in range(stretches + 1)]
    inner = [place for low, high in pairwise(edges) for place in _ends(values, low, high)]
    return [0, *inner, last]


def _count(starts: Sequence[int], step: int) -> int:
    """How many stretches of this length hold a start; a jump from one to the next where holes are."""
    count, place = 0, 0
    while place < len(starts):
        count += 1
        place = bisect_right(starts, starts[place] // step * step + step - 1, lo=place)
    return count


def _one(parts: Sequence[Bar], start_seconds: int, step_seconds: int) -> WideBar:
    is_over = int(parts[-1].end.timestamp()) >= start_seconds + step_seconds
    return WideBar(
        start=datetime.fromtimestamp(start_seconds, UTC),
        open=parts[0].open,
        high=max(bar.high for bar in parts),
        low=min(bar.low for bar in parts),
        close=parts[-1].close,
        volume=fsum(bar.volume for bar in parts),
        trades=sum(bar.trades for bar in parts),
        is_final=is_over and all(bar.is_final for bar in parts),
    )


def _ends(values: Sequence[float | None], low: int, high: int) -> list[int]:
    """Where the lowest and the highest of values[low:high] are, in their order."""
    known = [place for place in range(low, high) if values[place] is not None]
    if not known:
        return [low]
    lowest = min(known, key=lambda place: (values[place], place))
    highest = max(known, key=lambda place: (values[place], -place))
    return sorted({lowest, highest})
