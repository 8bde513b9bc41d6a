"""What the statistics of pairs begin with: closes, holes and names of some symbols, each read once."""

from collections.abc import Sequence
from datetime import datetime

from analytics.records.market import Gap
from analytics.records.pair_market import PairMarket
from analytics.timeframes import bar_start, length
from workers.store.gaps import load_unresolved_gaps
from workers.store.instruments import load_instruments
from workers.store.known_closes import load_known_closes
from workers.store.progress import BarProgress, load_progress


def newest_closed(progress: Sequence[BarProgress], timeframe: str) -> datetime:
    """Start of the newest bar that is over for each of them: beyond it a close would be made up."""
    return bar_start(min(row.built_until for row in progress), timeframe) - length(timeframe)


def load_newest_closed(symbols: Sequence[str], timeframe: str) -> datetime | None:
    """Start of the newest bar that is over for each of these symbols; None while one of them has no bars."""
    progress = load_progress()
    rows = [progress[symbol] for symbol in symbols if symbol in progress]
    return newest_closed(rows, timeframe) if len(rows) == len(symbols) else None


def load_pair_market(symbols: Sequence[str], timeframe: str, newest: datetime, window: int) -> PairMarket:
    """Closes of the last `window` bars up to the one that starts at `newest`."""
    instruments = load_instruments()
    gaps: dict[str, list[Gap]] = {symbol: [] for symbol in symbols}
    for gap in load_unresolved_gaps():
        if gap.symbol in gaps:
            gaps[gap.symbol].append(gap)
    return PairMarket(
        timeframe,
        window,
        closes=load_known_closes(symbols, timeframe, newest, window),
        gaps=gaps,
        names={name: instruments[name].base_asset if name in instruments else name for name in symbols},
    )
