"""A stretch of one symbol's trading in columns: what every answer of the exchange is cut from.

An order is a taker's order (or one level of it): one moment, one price, one side, one or more trades.
Prices and quantities are whole units (see symbol.py), times microseconds since 1970.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trades:
    """The single trades of a block; `orders` is the place of each one's order, rising."""

    ids: Integers
    quantities: Integers
    orders: Integers
    starts: Integers  # place of each order's first trade, and at the end the number of trades
    sent_ms: Integers | None = None  # E of the recording; None: sent when it happens


@dataclass(frozen=True, slots=True)
class Quotes:
    """Best bid and ask after each order: prices, and quantities on offer."""

    bids: Integers
    asks: Integers
    bid_quantities: Integers
    ask_quantities: Integers


@dataclass(frozen=True, slots=True)
class RecordedQuotes:
    """bookTicker messages of a recording as they were, and when each leaves the exchange."""

    leaving: Integers
    texts: list[bytes]


@dataclass(frozen=True, slots=True)
class Placeholders:
    """Messages of futures that take an aggregate's id without being a trade."""

    places: Integers  # of the order each is sent before, rising
    ids: Integers
    times: Integers
    prices: Integers
    quantities: Integers
    trade_ids: Integers
    kinds: list[str]  # what X says; "" without X


@dataclass(frozen=True)
class Block:
    """Taker orders in the order they were executed."""

    first_us: int  # the block covers [first_us, end_us)
    end_us: int
    ids: Integers  # a
    times: Integers  # T, never falling
    prices: Integers
    quantities: Integers
    makers: Flags  # the buyer was the maker: an aggressive sell
    first_ids: Integers
    last_ids: Integers
    make_trades: Callable[[], Trades | None]
    make_quotes: Callable[[], Quotes | None]
    emitted: Integers | None = None  # when each leaves the exchange; None: at its T
    sent_ms: Integers | None = None  # E of the recording
    placeholders: Placeholders | None = None

    @cached_property
    def trades(self) -> Trades | None:
        """The trades of the orders; None where only orders were recorded."""
        return self.make_trades()

    @property
    def single_trades(self) -> Trades:
        """The trades of a block that is known to have them."""
        if self.trades is None:
            raise LookupError("only orders were recorded")
        return self.trades

    @cached_property
    def quotes(self) -> Quotes | None:
        """Best bid and ask after each order; None where they are not known."""
        return self.make_quotes()

    @property
    def leaving(self) -> Integers:
        """When each order's messages leave the exchange, never falling."""
        return self.times if self.emitted is None else self.emitted

    def __len__(self) -> int:
        return len(self.ids)
