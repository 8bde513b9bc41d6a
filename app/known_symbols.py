"""The symbols a client may name: what the exchange offers, what is captured, and what was imported."""

import time

from workers.settings import load_settings
from workers.store.imports import load_imported_symbols
from workers.store.instruments import load_instruments
from workers.store.watchlist import load_watchlist

KEPT_SECONDS = 2.0

_kept: dict[str, tuple[float, frozenset[str]]] = {}  # database -> (until, symbols)


def known_symbols() -> frozenset[str]:
    """Symbols of the store, read again every two seconds."""
    database = load_settings().database
    until, symbols = _kept.get(database, (0.0, frozenset()))
    if time.monotonic() >= until:
        symbols = frozenset({*load_instruments(), *load_watchlist(), *load_imported_symbols()})
        _kept[database] = (time.monotonic() + (KEPT_SECONDS if symbols else 0.0), symbols)
    return symbols
