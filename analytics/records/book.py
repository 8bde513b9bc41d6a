"""The top of the book: the best price on either side, and what is kept of it for each second."""

from dataclasses import dataclass
from datetime import datetime

DIGITS = 10  # prices have at most eight: what lies beyond is noise of floats


@dataclass(frozen=True, slots=True)
class TopOfBook:
    """Best bid and best ask of a symbol after one change of its book."""

    symbol: str
    update_id: int  # grows with every change of the book
    bid: float
    bid_quantity: float  # base asset
    ask: float
    ask_quantity: float
    quoted_at: datetime  # the exchange's T on futures; spot tells none: when it was received
    received_at: datetime  # our clock, UTC

    @property
    def spread(self) -> float:
        """Ask less bid, in the quote asset."""
        return round(self.ask - self.bid, DIGITS)

    @property
    def mid(self) -> float:
        """Half way between bid and ask."""
        return round((self.bid + self.ask) / 2.0, DIGITS)


@dataclass(frozen=True, slots=True)
class BookSecond:
    """The last top of the book of one second."""

    second: datetime  # start of the second that `quoted_at` lies in
    top: TopOfBook
    updates: int  # changes that came in that second
