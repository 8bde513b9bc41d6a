"""Stored ticks -> one-second bars, and which of those are final. Standard library only.

The tasks build every second from its ticks alone, whole, so that building it
again gives the same bar. `analytics.bars` does the same for pandas frames.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from analytics.forming import FormingBar
from analytics.records.market import UNRESOLVED, Bar, Gap, Tick
from analytics.timeframes import bar_start

SECOND = timedelta(seconds=1)

# A second without later trades is over when the exchange's clock is this far past it.
GRACE = timedelta(seconds=2)


def second_bars(ticks: Iterable[Tick]) -> list[Bar]:
    """The one-second bars of a symbol's ticks, given by ascending id; oldest first, none final."""
    forming: dict[datetime, FormingBar] = {}
    current: FormingBar | None = None
    for tick in ticks:
        if current is None or not current.start <= tick.traded_at < current.end:
            current = forming.get(bar_start(tick.traded_at, "1s"))
            if current is None:
                current = FormingBar(tick, "1s")
                forming[current.start] = current
                continue
        current.add(tick)
    return [forming[start].bar() for start in sorted(forming)]


def built_until(newest_trade_at: datetime | None, clock: datetime) -> datetime:
    """The moment before which every second is over: later trades prove it, or else the clock.

    >>> from datetime import UTC
    >>> built_until(datetime(2024, 8, 8, 12, 0, 7, 500, UTC), datetime(2024, 8, 8, 12, 0, 8, tzinfo=UTC))
    datetime.datetime(2024, 8, 8, 12, 0, 7, tzinfo=datetime.timezone.utc)
    """
    by_clock = bar_start(clock - GRACE, "1s")
    return by_clock if newest_trade_at is None else max(by_clock, bar_start(newest_trade_at, "1s"))


def finality(bar: Bar, gaps: Sequence[Gap], until: datetime) -> bool:
    """Whether nothing can change a bar any more: it is over and no unresolved gap overlaps it."""
    if bar.end > until:
        return False
    return not any(gap.state in UNRESOLVED and gap.overlaps(bar.start, bar.end - bar.start) for gap in gaps)


def with_finality(bars: Iterable[Bar], gaps: Sequence[Gap], until: datetime) -> list[Bar]:
    """The bars, each marked final or not."""
    return [replace(bar, is_final=finality(bar, gaps, until)) for bar in bars]
