"""Which symbols are captured: the watch-list, filled on the first start."""

import logging
from collections.abc import Sequence

from analytics.records.market import Instrument
from workers.binance.symbols import load_exchange_symbols
from workers.settings import load_settings
from workers.store.instruments import load_offered, save_instruments
from workers.store.pairs import Pair, fill_pairs
from workers.store.watchlist import fill_watchlist, load_watchlist

log = logging.getLogger(__name__)

MANY = 50  # an exchange that offers more is not watched whole unless asked to
MAJORS = tuple(
    f"{asset}USDT" for asset in ("BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "LINK", "LTC")
)


def load_universe() -> list[str]:
    """Symbols to capture: those of the watch-list that the exchange offers."""
    offered = load_exchange_symbols()
    save_instruments(offered)
    names = {instrument.symbol for instrument in offered}
    pairs = [pair for pair in load_settings().pairs if names.issuperset(pair)]
    fill_watchlist(first_watchlist(offered, load_settings().symbols, pairs))
    fill_pairs(pairs)
    watched = load_watchlist()
    unknown = [symbol for symbol in watched if symbol not in names]
    if unknown:
        log.error("symbols not captured, the exchange does not offer them symbols=%s", ",".join(unknown))
    return [symbol for symbol in watched if symbol in names]


def load_watched() -> list[str]:
    """Symbols of the watch-list as it is now, those of them that are known to be offered."""
    watched = load_watchlist()
    offered = load_offered(watched)
    return [symbol for symbol in watched if symbol in offered]


def first_watchlist(
    offered: Sequence[Instrument], wanted: Sequence[str], pairs: Sequence[Pair] = ()
) -> list[str]:
    """What an empty watch-list begins with: what was asked for, else all of a few, else the majors.

    The symbols of pairs are always among it.
    """
    trading = [instrument.symbol for instrument in offered if instrument.status == "TRADING"]
    several = wanted or (trading if len(trading) <= MANY else MAJORS)
    of_pairs = [symbol for pair in pairs for symbol in pair]
    return [symbol for symbol in dict.fromkeys([*several, *of_pairs]) if symbol in trading]
