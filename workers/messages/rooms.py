"""Topics of live updates; a topic is a Socket.IO room of the same name."""

from collections.abc import Collection
from dataclasses import dataclass

QUALITY = "quality"
SYSTEM = "system"

# Socket.IO events: the client sends the first two, the server the third.
WATCH, UNWATCH, UPDATE = "watch", "unwatch", "update"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart."""

    subject: str  # symbol, book, bars, indicators, quality or system
    symbol: str | None = None
    timeframe: str | None = None


def symbol_topic(symbol: str) -> str:
    """Last price of a symbol and what goes with it."""
    return f"symbol:{symbol}"


def book_topic(symbol: str) -> str:
    """Best bid and ask of a symbol."""
    return f"book:{symbol}"


def bars_topic(symbol: str, timeframe: str) -> str:
    """Forming bar and last closed bars."""
    return f"bars:{symbol}:{timeframe}"


def indicators_topic(symbol: str, timeframe: str) -> str:
    """Latest indicator snapshot."""
    return f"indicators:{symbol}:{timeframe}"


def parsed_topic(name: object, *, symbols: Collection[str], timeframes: Collection[str]) -> Topic | None:
    """The topic a client named, or None when there is no such topic.

    >>> parsed_topic("bars:BTCUSDT:1m", symbols={"BTCUSDT"}, timeframes={"1m"})
    Topic(subject='bars', symbol='BTCUSDT', timeframe='1m')
    """
    if not isinstance(name, str):
        return None
    match name.split(":"):
        case [subject] if subject in (QUALITY, SYSTEM):
            return Topic(subject)
        case [("symbol" | "book") as subject, symbol] if symbol in symbols:
            return Topic(subject, symbol)
        case [("bars" | "indicators") as subject, symbol, timeframe]:
            known = symbol in symbols and timeframe in timeframes
            return Topic(subject, symbol, timeframe) if known else None
    return None
