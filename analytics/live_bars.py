"""Bars as they stand this moment: those in the store, and the seconds that came since.

Standard library only; the stream draws with it many times a second.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from analytics.forming import folded
from analytics.records.market import Bar
from analytics.timeframes import bar_start


def live_bars(stored: Sequence[Bar], seconds: Sequence[Bar], timeframe: str) -> list[Bar]:
    """The stored bars of a timeframe, brought up to date with one-second bars.

    `stored` are the newest bars from the store and `seconds` the newest
    one-second bars, both oldest first; seconds whose ticks are already in the
    stored bars are passed over. The last bar of the answer is the forming one.
    """
    bars = {bar.start: bar for bar in stored}
    fresh = [second for second in seconds if not _is_held(second, stored)]
    for start, parts in groupby(fresh, key=lambda second: bar_start(second.start, timeframe)):
        newest = folded(list(parts), timeframe, is_final=False)
        held = bars.get(start)
        bars[start] = joined(held, newest) if held and timeframe != "1s" else newest
    return [bars[start] for start in sorted(bars)]


def joined(earlier: Bar, later: Bar) -> Bar:
    """Two parts of one bar, the earlier one first, as one bar."""
    return replace(
        earlier,
        high=max(earlier.high, later.high),
        low=min(earlier.low, later.low),
        close=later.close,
        volume=earlier.volume + later.volume,
        quote_volume=earlier.quote_volume + later.quote_volume,
        trades=earlier.trades + later.trades,
        taker_buy_volume=earlier.taker_buy_volume + later.taker_buy_volume,
        first_id=earlier.first_id if earlier.first_id is not None else later.first_id,
        last_id=later.last_id,
        is_final=False,
        source="exchange" if "exchange" in (earlier.source, later.source) else "ticks",
    )


def _is_held(second: Bar, stored: Sequence[Bar]) -> bool:
    """Whether the ticks of a second are in the stored bars, all or in part."""
    if not stored:
        return False
    newest = stored[-1]
    if newest.last_id is None or second.first_id is None:
        return second.start < newest.end
    return second.first_id <= newest.last_id
