"""Which symbols are captured: the watch-list, filled on the first start."""

import logging
from collections.abc import Sequence

from analytics.records.market import Instrument
from workers.binance.symbols import load_exchange_symbols
from workers.settings import load_settings
from workers.store.instruments import load_offered, save_instruments
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
    fill_watchlist(first_watchlist(offered, load_settings().symbols))
    names = {instrument.symbol for instrument in offered}
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


def first_watchlist(offered: Sequence[Instrument], wanted: Sequence[str]) -> list[str]:
    """What an empty watch-list begins with: what was asked for, else all of a few, else the majors."""
    trading = [instrument.symbol for instrument in offered if instrument.status == "TRADING"]
    if wanted:
        return [symbol for symbol in wanted if symbol in trading]
    return trading if len(trading) <= MANY else [symbol for symbol in MAJORS if symbol in trading]
