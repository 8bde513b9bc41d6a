"""A batch of the exchange's klines -> the store, where no bar made of ticks stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.records.market import Bar
from analytics.second_bars import finality
from analytics.timeframes import bar_end
from workers.store.bars import load_bars, save_exchange_bars
from workers.store.gaps import load_unresolved_gaps
from workers.store.rewritten import note_rewritten


@dataclass(frozen=True, slots=True)
class SavedKlines:
    """What became of a batch."""

    stored: int
    repeated: int  # were there already, with as many trades
    standing: int  # a bar made of ticks stands there
    empty: int  # nothing traded: not stored


def store_klines(bars: Sequence[Bar]) -> SavedKlines:
    """Store klines of one symbol and timeframe as the exchange's own bars."""
    traded = sorted((bar for bar in bars if bar.trades > 0), key=lambda bar: bar.start)
    if not traded:
        return SavedKlines(0, 0, 0, len(bars))
    symbol, timeframe = traded[0].symbol, traded[0].timeframe
    end = bar_end(traded[-1].start, timeframe)
    known = {bar.start: bar for bar in load_bars(symbol, timeframe, start=traded[0].start, end=end)}
    made = [bar for bar in traded if bar.start in known and known[bar.start].source == "ticks"]
    theirs = [bar for bar in traded if bar.start not in known or known[bar.start].source == "exchange"]
    new = [bar for bar in theirs if bar.start not in known or known[bar.start].trades < bar.trades]
    gaps = load_unresolved_gaps(symbol)
    save_exchange_bars([replace(bar, is_final=finality(bar, gaps, bar.end)) for bar in new])
    if new:
        note_rewritten(symbol, timeframe, first=new[0].start, last=new[-1].start)
    return SavedKlines(len(new), len(theirs) - len(new), len(made), len(bars) - len(traded))
