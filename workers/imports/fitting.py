"""Whether trades of a file may come among those that are stored: one market, one way of counting."""

from collections.abc import Sequence

from analytics.records.market import Tick
from workers.imports.collector import NO_ID
from workers.imports.counting import begin_count
from workers.imports.errors import ImportRefused
from workers.settings import load_settings
from workers.store.stretches import is_captured, load_stretches
from workers.store.watchlist import load_watchlist


def refuse_misfit(symbol: str, ticks: Sequence[Tick]) -> None:
    """Look at the first trades of a symbol in a file, before any is stored.

    Raises
    ------
    ImportRefused
        They do not fit to what is stored.
    """
    if all(tick.id == NO_ID for tick in ticks):
        begin_count(symbol, min(tick.traded_at for tick in ticks))
    else:
        refuse_mixed(symbol, ticks)


def refuse_mixed(symbol: str, ticks: Sequence[Tick]) -> None:
    """Ids of the exchange and numbers of our own do not meet."""
    if any(tick.id == NO_ID for tick in ticks):
        raise ImportRefused(f"some trades of {symbol} in the file have an id and some have none")
    if any(stretch.counted for stretch in load_stretches(symbol)):
        raise ImportRefused(
            f"the trades of {symbol} in the database {load_settings().database} came from a file without ids "
            "and were numbered here; ids of the exchange do not fit among them"
        )


def is_simulated_here(symbol: str) -> bool:
    """Whether the database holds a simulated market of a symbol."""
    return load_settings().source == "SIMULATED" and (is_captured(symbol) or symbol in load_watchlist())


def refuse_real_among_synthetic(symbol: str, *, is_synthetic: bool) -> None:
    """Real trades never meet those of a simulated market."""
    if not is_synthetic and is_simulated_here(symbol):
        raise ImportRefused(
            f"the database {load_settings().database} holds a simulated market that trades {symbol}: say "
            "--synthetic if the file was recorded from it; real trades belong into the database of "
            "make live (make import LIVE=1 ...)"
        )
