"""What depends on closed bars, when some of them were rewritten: stages, and results that were asked for."""

from collections.abc import Iterable
from datetime import datetime

from analytics.records.pairs import WINDOW_BARS
from analytics.timeframes import length
from workers.store.database import collection
from workers.store.pairs import load_pairs_of
from workers.store.watermarks import WATCHLIST, lower_watermarks, watermark_name


def note_rewritten(symbol: str, timeframe: str, *, first: datetime, last: datetime) -> None:
    """Have every stage behind the bars work again.

    Parameters
    ----------
    first, last
        Starts of the oldest and the newest bar that was rewritten. Pairs,
        correlations and scans look back WINDOW_BARS; what lies before is
        nothing to them.
    """
    lower_watermarks([watermark_name("indicators", symbol, timeframe)], rewritten=first)
    names = [watermark_name("pairs", "/".join(pair), timeframe) for pair in load_pairs_of(symbol)]
    names += [watermark_name(stage, WATCHLIST, timeframe) for stage in ("correlations", "scans")]
    lower_watermarks(names, rewritten=first, until=last + WINDOW_BARS * length(timeframe))


def state_of_bars(symbols: Iterable[str], timeframe: str, newest: datetime) -> str:
    """A text that is another one when a bar was added or rewritten: the key of what was computed of them."""
    names = [watermark_name("indicators", symbol, timeframe) for symbol in symbols]
    marks = collection("watermarks").find({"_id": {"$in": names}}, {"rewrites": 1})
    rewrites = sum(int(mark.get("rewrites", 0)) for mark in marks)
    return f"{newest:%Y-%m-%dT%H:%M:%SZ} {rewrites}"
