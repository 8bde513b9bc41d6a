"""Where in time holes reach, and how that changed. Standard library only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from analytics.records.market import Gap

Span = tuple[datetime, datetime]  # both ends included


def spans(gaps: Iterable[Gap]) -> list[Span]:
    """The stretches of time that holes reach over, merged, ascending; holes without bounds are left out.

    From one id to the next moments may step back a little: such a hole reaches from the earlier one on.
    """
    bounded = ((gap.after, gap.before) for gap in gaps if gap.after and gap.before)
    return joined_spans((min(bounds), max(bounds)) for bounds in bounded)


def joined_spans(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch as one, ascending; one that ends before it begins is left out."""
    joined: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] <= span[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def changed_spans(before: Sequence[Span], now: Sequence[Span]) -> list[Span]:
    """Stretches over which a hole reached before and none does now, or the other way round.

    Both are merged, as `spans` gives them.
    """
    if list(before) == list(now):
        return []
    moments = sorted({moment for span in [*before, *now] for moment in span})
    changed = [piece for piece in pairwise(moments) if _covers(before, piece) != _covers(now, piece)]
    points = [(m, m) for m in moments if not any(start <= m <= end for start, end in changed)]
    return changed + [point for point in points if _covers(before, point) != _covers(now, point)]


def _covers(merged: Iterable[Span], piece: Span) -> bool:
    return any(start <= piece[0] and piece[1] <= end for start, end in merged)
