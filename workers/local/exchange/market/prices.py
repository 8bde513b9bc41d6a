"""The fair log price of every symbol, second by second.

Each follows the market factor and a path of its own; the y of a planted pair follows its x.
"""

from collections.abc import Sequence
from math import log, sqrt

from workers.local.exchange.market.breaking import BreakingLevel
from workers.local.exchange.market.reverting import Floats, RevertingPath
from workers.local.exchange.market.universe import LISTINGS, MARKET_VOLATILITY, Listing
from workers.local.exchange.planted import BREAKING, PAIRS, PlantedPair

DAY = 86_400.0
LEVEL_DAYS = 30.0  # half-life of prices: far longer than any window, short enough to stay realistic


class FairPrices:
    """Log prices of the whole market for one seed."""

    def __init__(self, seed: int, listings: Sequence[Listing] = LISTINGS) -> None:
        self._listings = {item.name: item for item in listings}
        self._market = _wandering(seed, "market", MARKET_VOLATILITY)
        self._pairs = {pair.y: pair for pair in (*PAIRS, BREAKING)}
        self._own = {item.name: _wandering(seed, item.name, item.own_volatility) for item in listings}
        self._spreads = {y: _spread(seed, pair) for y, pair in self._pairs.items()}
        self._level = BreakingLevel(seed)

    def log_prices(self, symbol: str, first: int, last: int) -> Floats:
        """Fair log price at each second from `first` to `last`, both included."""
        listing = self._listings[symbol]
        pair = self._pairs.get(symbol)
        moves = self._alone(listing, first, last) if pair is None else self._following(pair, first, last)
        return log(listing.price) + moves

    def _alone(self, listing: Listing, first: int, last: int) -> Floats:
        shared = self._market.values(first, last)
        return listing.market_beta * shared + self._own[listing.name].values(first, last)

    def _following(self, pair: PlantedPair, first: int, last: int) -> Floats:
        moves = pair.beta * self._alone(self._listings[pair.x], first, last)
        moves = moves + self._spreads[pair.y].values(first, last)
        return moves + self._level.values(first, last) if pair.y == BREAKING.y else moves


def _wandering(seed: int, name: str, daily_volatility: float) -> RevertingPath:
    deviation = daily_volatility * sqrt(LEVEL_DAYS / (2 * log(2.0)))
    return RevertingPath(seed, f"price {name}", deviation, LEVEL_DAYS * DAY)


def _spread(seed: int, pair: PlantedPair) -> RevertingPath:
    return RevertingPath(seed, f"spread {pair.y}", pair.spread_deviation, pair.half_life_minutes * 60.0)
