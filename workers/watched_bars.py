"""What is computed of the whole watch-list when a bar closes: of which symbols, and up to which bar."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from workers.store.progress import load_progress, newest_shared_bar
from workers.store.seams import load_symbols_with_history
from workers.store.watchlist import load_watchlist
from workers.store.watermarks import (
    UNTOUCHED,
    WATCHLIST,
    Watermark,
    advance_watermark,
    load_watermarks,
    watermark_name,
)


@dataclass(frozen=True, slots=True)
class WatchedBar:
    """A bar that has closed for every watched symbol, and that a stage has not worked on."""

    stage: str
    timeframe: str
    newest: datetime  # its start
    symbols: Sequence[str]
    left_out: Sequence[str]  # watched too, but more than the stage compares
    mark: Watermark  # how far the stage had come

    def finish(self) -> None:
        """The stage has come to this bar, unless something was rewritten meanwhile."""
        advance_watermark(_mark_name(self.stage, self.timeframe), seen=self.mark, done=self.newest)


def watched_bars(
    stage: str, timeframes: Sequence[str], most: int, computed: Mapping[str, Sequence[str]]
) -> Iterator[WatchedBar]:
    """The bars that a stage has to work on, by timeframe; none of a list of one symbol.

    Parameters
    ----------
    most
        Symbols that the stage compares; the first of the watch-list.
    computed
        The symbols of which its newest results are, by timeframe: others have
        it work again.
    """
    progress = load_progress()
    known = progress.keys() & load_symbols_with_history()
    watched = [symbol for symbol in load_watchlist() if symbol in known]
    symbols, left_out = watched[:most], watched[most:]
    marks = load_watermarks(stage)
    for timeframe in timeframes if len(symbols) > 1 else ():
        newest = newest_shared_bar([progress[symbol] for symbol in symbols], timeframe)
        mark = marks.get(_mark_name(stage, timeframe), UNTOUCHED)
        if mark.is_behind(newest) or computed.get(timeframe, symbols) != symbols:
            yield WatchedBar(stage, timeframe, newest, symbols, left_out, mark)


def _mark_name(stage: str, timeframe: str) -> str:
    return watermark_name(stage, WATCHLIST, timeframe)
