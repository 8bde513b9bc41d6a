"""Topics of live updates; a topic is a Socket.IO room of the same name."""

import re
from collections.abc import Collection
from dataclasses import dataclass

QUALITY = "quality"
SYSTEM = "system"

# Socket.IO events: the client sends the first two, the server the third.
WATCH, UNWATCH, UPDATE = "watch", "unwatch", "update"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic taken apart."""

    subject: str  # symbol, book, bars, indicators, pair, correlation, scan, task, quality or system
    symbol: str | None = None  # y of a pair
    timeframe: str | None = None
    x: str | None = None  # of a pair
    task: str | None = None  # id of an asked job


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


def pair_topic(y: str, x: str, timeframe: str) -> str:
    """Latest snapshot of a pair, y explained by x."""
    return f"pair:{y}:{x}:{timeframe}"


def correlation_topic(timeframe: str) -> str:
    """Latest correlations of the watch-list."""
    return f"correlation:{timeframe}"


def scan_topic(timeframe: str) -> str:
    """Latest scan of all pairs."""
    return f"scan:{timeframe}"


def task_topic(task: str) -> str:
    """How far an asked job has come."""
    return f"task:{task}"


def parsed_topic(name: object, *, symbols: Collection[str], timeframes: Collection[str]) -> Topic | None:
    """The topic a client named, or None when there is no such topic.

    >>> parsed_topic("bars:BTCUSDT:1m", symbols={"BTCUSDT"}, timeframes={"1m"})
    Topic(subject='bars', symbol='BTCUSDT', timeframe='1m', x=None, task=None)
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
        case ["pair", y, x, timeframe] if (
            y != x and y in symbols and x in symbols and timeframe in timeframes
        ):
            return Topic("pair", y, timeframe, x)
        case [("correlation" | "scan") as subject, timeframe] if timeframe in timeframes:
            return Topic(subject, timeframe=timeframe)
        case ["task", task] if re.fullmatch("[0-9a-f]{32}", task):
            return Topic("task", task=task)
    return None
