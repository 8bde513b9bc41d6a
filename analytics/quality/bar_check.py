"""Our bars against the exchange's own candles. Standard library only."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from analytics.records.market import Bar
from analytics.records.quality import BarCheck, BarDifference

EXACT = ("open", "high", "low", "close", "trades")
VOLUME_TOLERANCE = 1e-9  # relative; sums of floats depend on their order


def bar_check(
    ours: Sequence[Bar], theirs: Sequence[Bar], *, timeframe: str, since: datetime, until: datetime
) -> BarCheck:
    """How many bars made of trades are the exchange's, and the worst difference.

    Only final bars made of our own ticks are compared. A bar that one side
    alone has differs too; where ours is not final yet nothing is said.

    Parameters
    ----------
    ours, theirs
        Bars of one symbol with since <= bar.start < until, in any order.
    """
    exchange = {bar.start: bar for bar in theirs}
    judged = {bar.start: bar for bar in ours if bar.is_final and bar.source == "ticks"}
    passed_over = {bar.start for bar in ours} - judged.keys()
    missing = [bar for bar in theirs if bar.start not in judged and bar.start not in passed_over]
    worst_of_each = [_worst(bar, exchange.get(bar.start)) for bar in judged.values()]
    differences = [found for found in worst_of_each if found is not None]
    differences += [BarDifference(bar.start, "bar", None, bar.close) for bar in missing]
    return BarCheck(
        timeframe=timeframe,
        since=since,
        until=until,
        compared=len(judged) + len(missing),
        differing=len(differences),
        worst=max(differences, key=_size, default=None),
    )


def _worst(ours: Bar, theirs: Bar | None) -> BarDifference | None:
    if theirs is None:
        return BarDifference(ours.start, "bar", ours.close, None)
    return max(_differences(ours, theirs), key=_size, default=None)


def _differences(ours: Bar, theirs: Bar) -> Iterable[BarDifference]:
    for field in EXACT:
        mine, other = getattr(ours, field), getattr(theirs, field)
        if mine != other:
            yield BarDifference(ours.start, field, float(mine), float(other))
    if not math.isclose(ours.volume, theirs.volume, rel_tol=VOLUME_TOLERANCE):
        yield BarDifference(ours.start, "volume", ours.volume, theirs.volume)


def _size(difference: BarDifference) -> float:
    """Relative to the exchange's figure; a bar that is not there is worst."""
    if difference.ours is None or difference.theirs is None:
        return math.inf
    return abs(difference.ours - difference.theirs) / max(abs(difference.theirs), 1e-12)
