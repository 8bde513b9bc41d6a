"""Closes of a window as far back as the store knows what was traded, for statistics of several symbols."""

from collections.abc import Sequence
from datetime import datetime

from analytics.quality.coverage import known_closes
from analytics.records.closes import Closes
from analytics.timeframes import bar_end, length
from workers.store.bars import load_closes
from workers.store.covered_time import load_covered


def load_known_closes(
    symbols: Sequence[str], timeframe: str, newest: datetime, bars: int
) -> dict[str, Closes]:
    """The closes of each symbol over the last `bars` bars up to the one that starts at `newest`.

    Shorter where less is known without a break, empty where the newest bar is not known.
    """
    covered = load_covered(symbols, timeframe, newest - bars * length(timeframe))
    found = load_closes(symbols, timeframe, bar_end(newest, timeframe), bars)
    return {
        symbol: known_closes(closes, covered[symbol], newest=newest, bars=bars)
        for symbol, closes in found.items()
    }
