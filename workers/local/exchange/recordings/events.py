"""What every reader gives: recorded trades and quotes, as the file wrote them."""

from dataclasses import dataclass
from decimal import Decimal

TRADE, ORDER = "trade", "aggTrade"


class UnreadableRecording(ValueError):
    """Raised when a file is not a recording this exchange can replay; the message names the file."""


@dataclass(frozen=True, slots=True)
class RecordedTrade:
    """A trade, or a taker order's trades at one price (kind aggTrade)."""

    kind: str
    symbol: str
    id: int | None  # None: the file has none, they are counted
    price: str  # exact decimal text
    quantity: str
    time: int  # microseconds
    sent_ms: int | None  # E
    maker: bool
    first_id: int | None = None  # of an aggTrade
    last_id: int | None = None
    received: int | None = None  # at the recording machine, microseconds


@dataclass(frozen=True, slots=True)
class RecordedQuote:
    """A bookTicker message and when it arrived at the recording machine (microseconds)."""

    symbol: str
    received: int
    text: bytes


def microseconds(moment: int) -> int:
    """A moment in microseconds from seconds, ms, microseconds or ns since 1970, told apart by size.

    >>> microseconds(1723161255342), microseconds(1723161255342000)
    (1723161255342000, 1723161255342000)
    """
    if moment < 10**11:
        return moment * 1_000_000
    if moment < 10**14:
        return moment * 1000
    return moment if moment < 10**17 else moment // 1000


def plain_decimal(value: object) -> str:
    """A number from JSON as plain decimal text.

    >>> plain_decimal(1e-05), plain_decimal("61837.63000000")
    ('0.00001', '61837.63000000')
    """
    return value if isinstance(value, str) and "e" not in value.lower() else f"{Decimal(str(value)):f}"
