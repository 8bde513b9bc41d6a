"""A Tick made ten times as fast as by its own constructor, where thousands come each second.

The constructor of a frozen dataclass sets each field by `object.__setattr__`. A
class with the same slots that is not frozen sets them plainly; its object then
becomes a Tick, frozen as any other.
"""

from datetime import datetime
from typing import cast

from analytics.records.market import Tick


class _Unfrozen:
    __slots__ = tuple(Tick.__dataclass_fields__)

    def __init__(
        self,
        symbol: str,
        id: int,
        price: float,
        quantity: float,
        traded_at: datetime,
        received_at: datetime,
        buyer_is_maker: bool,
        first_trade_id: int,
        last_trade_id: int,
    ) -> None:
        self.symbol = symbol
        self.id = id
        self.price = price
        self.quantity = quantity
        self.traded_at = traded_at
        self.received_at = received_at
        self.buyer_is_maker = buyer_is_maker
        self.first_trade_id = first_trade_id
        self.last_trade_id = last_trade_id


def quick_tick(
    symbol: str,
    id: int,
    price: float,
    quantity: float,
    traded_at: datetime,
    received_at: datetime,
    buyer_is_maker: bool,
    first_trade_id: int,
    last_trade_id: int,
) -> Tick:
    """The same as Tick(...)."""
    made = _Unfrozen(symbol, id, price, quantity, traded_at, received_at, buyer_is_maker, first_trade_id,
                     last_trade_id)  # fmt: skip
    made.__class__ = Tick  # type: ignore[assignment]  # the same slots in the same order
    return cast(Tick, made)
