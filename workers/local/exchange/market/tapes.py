"""The tapes of the synthetic market, one per symbol."""

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

from workers.local.exchange.block import Block, RecordedQuotes
from workers.local.exchange.market.activity import EXTRA_TRADES, FIRST_SECOND, Activity, Burst
from workers.local.exchange.market.blocks import MICROSECONDS, Recipe, make_block
from workers.local.exchange.market.futures import Futures
from workers.local.exchange.market.prices import FairPrices
from workers.local.exchange.market.universe import THIN_SECONDS, THIN_SYMBOL, Listing, listings
from workers.local.exchange.symbol import Symbol

HISTORY_SECONDS = 7 * 86_400
LAST_SECOND = 4_102_444_800  # 2100-01-01
KEPT_BLOCKS = 8
PLACEHOLDERS = 0.001  # share of the aggregates' ids that are no trades, on futures


class SyntheticTape:
    """One symbol of the synthetic market."""

    def __init__(self, symbol: Symbol, recipe: Recipe) -> None:
        self.symbol = symbol
        self.recorded_quotes: RecordedQuotes | None = None
        self._activity = recipe.activity
        self._seconds = recipe.activity.block_seconds
        self._recipe = recipe
        self._kept = lru_cache(maxsize=KEPT_BLOCKS)(self._make)

    def first_number(self) -> int:
        """The block in which trading began."""
        return self._activity.first_block

    def last_number(self) -> int:
        """Far in the future."""
        return LAST_SECOND // self._seconds

    def block(self, number: int) -> Block:
        """One block; the same whenever it is asked for."""
        return self._kept(number)

    def passing_block(self, number: int) -> Block:
        """The same block, made for a single look and not kept."""
        return self._make(number)

    def is_over(self, number: int, now: int) -> bool:
        """Whether every order of a block has happened by now."""
        return now >= (number + 1) * self._seconds * MICROSECONDS

    def history_start(self, now: int) -> int:
        """Klines reach back a week; single trades reach back to the first."""
        return max(now - HISTORY_SECONDS * MICROSECONDS, FIRST_SECOND * MICROSECONDS)

    def number_at(self, microsecond: int) -> int:
        """The block that covers a moment."""
        number = microsecond // MICROSECONDS // self._seconds
        return min(max(number, self.first_number()), self.last_number())

    def number_of_order(self, order_id: int) -> int:
        """The block an order id belongs to."""
        return self._search(self._activity.orders_before, order_id)

    def number_of_trade(self, trade_id: int) -> int:
        """The block a trade id belongs to."""
        return self._search(self._activity.trades_before, trade_id)

    def _make(self, number: int) -> Block:
        return make_block(self._recipe, number)

    def _search(self, count_before: Callable[[int], int], wanted: int) -> int:
        numbers = range(self.first_number(), self.last_number() + 1)
        return numbers[max(0, bisect_right(numbers, max(wanted, 1) - 1, key=count_before) - 1)]


def synthetic_tapes(
    seed: int,
    rate: float,
    market: str,
    absent: float,
    *,
    symbols: int = 0,
    placeholders: float = PLACEHOLDERS,
    burst: Burst | None = None,
) -> dict[str, SyntheticTape]:
    """All symbols of the market, at least so many, at about `rate` trades a second for those of the list."""
    listed = listings(symbols)
    futures = Futures(placeholders) if market == "usdm" else None
    prices = FairPrices(seed, listed)
    tapes = {}
    for listing in listed:
        activity = Activity(seed, listing.name, _orders_per_second(listing, rate), burst)
        recipe = Recipe(seed, listing, activity, prices, absent, futures)
        tapes[listing.name] = SyntheticTape(_symbol(listing, market), recipe)
    return tapes


def _orders_per_second(listing: Listing, rate: float) -> float:
    if listing.name == THIN_SYMBOL:
        return 1 / (THIN_SECONDS * (1 + EXTRA_TRADES))
    return listing.share * rate / (1 + EXTRA_TRADES)


def _symbol(listing: Listing, market: str) -> Symbol:
    written = 8 if market == "spot" else 0
    return Symbol(listing.name, listing.base, "USDT", listing.price_digits, listing.quantity_digits, written)
