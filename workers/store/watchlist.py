"""Watch-list: the symbols that are captured, in the order they were added (ordered_names.py)."""

from collections.abc import Sequence

from workers.store.ordered_names import OrderedNames

_symbols = OrderedNames("watchlist")


def load_watchlist() -> list[str]:
    """Symbols that are captured, in order."""
    return _symbols.load()


def fill_watchlist(symbols: Sequence[str]) -> None:
    """Put symbols on an empty watch-list; one that has symbols stays as it is."""
    _symbols.fill(symbols)


def add_symbol(symbol: str, *, position: int | None = None) -> bool:
    """Capture a symbol from now on, at the end of the list or at a position; False if it is there already."""
    return _symbols.add(symbol, position)


def remove_symbol(symbol: str) -> int | None:
    """Capture a symbol no longer; what is stored stays. Returns its position, None if it was not there."""
    return _symbols.remove(symbol)
