"""The best bid and ask: stream addresses and bookTicker messages -> TopOfBook.

Sample messages, as they come on a combined connection; spot names neither type nor time:

    {"stream":"bnbusdt@bookTicker","data":{"u":400900217,"s":"BNBUSDT","b":"25.35190000",
     "B":"31.21000000","a":"25.36520000","A":"40.66000000"}}
    {"stream":"bnbusdt@bookTicker","data":{"e":"bookTicker","E":1568014460893,"T":1568014460891,
     "u":400900217,"s":"BNBUSDT","b":"25.35","B":"31.21","a":"25.36","A":"40.66"}}

Futures deliver them on a route of their own.
"""

from datetime import datetime
from math import isfinite
from typing import Any

import orjson

from analytics.records.book import TopOfBook
from workers.binance.errors import MalformedMessage, UnusableQuote
from workers.binance.feed import moment_of
from workers.settings import Market

BOOKS_PER_CONNECTION = {"spot": 1_024, "usdm": 200}

_PATH = {"spot": "/stream", "usdm": "/public/stream"}
_EARLIEST_MS = 1_483_228_800_000  # 2017-01-01: before the exchange existed
_LATEST_MS = 4_102_444_800_000  # 2100-01-01


def book_address(ws_url: str, market: Market) -> str:
    """Where a combined connection for quotes is opened.

    >>> book_address("wss://fstream.binance.com", "usdm")
    'wss://fstream.binance.com/public/stream'
    """
    return ws_url + _PATH[market]


def book_stream(symbol: str) -> str:
    """The exchange's name of a symbol's quotes.

    >>> book_stream("BTCUSDT")
    'btcusdt@bookTicker'
    """
    return f"{symbol.lower()}@bookTicker"


def top_of_book(raw: bytes, received_at: datetime) -> TopOfBook:
    """The quote that a combined message holds.

    Raises
    ------
    MalformedMessage
        It is no quote as documented above.
    UnusableQuote
        A side is empty, or the bid is not below the ask: no market can be read from it.
    """
    try:
        event = orjson.loads(raw)["data"]
        symbol, update_id = event["s"], event["u"]
        bid, bid_quantity = float(event["b"]), float(event["B"])
        ask, ask_quantity = float(event["a"]), float(event["A"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as problem:
        raise MalformedMessage(f"no quote: {type(problem).__name__} {problem!s:.80}") from None
    if type(symbol) is not str or not symbol or type(update_id) is not int:
        raise MalformedMessage(f"no quote: symbol {symbol!r:.40}, update {update_id!r:.40}")
    if not all(map(isfinite, (bid, bid_quantity, ask, ask_quantity))):
        raise MalformedMessage(f"no quote: {bid} x {bid_quantity}, {ask} x {ask_quantity}")
    if min(bid, bid_quantity, ask, ask_quantity) <= 0.0:
        raise UnusableQuote("zero")
    if bid >= ask:
        raise UnusableQuote("crossed")
    quoted_at = _event_time(event, received_at)
    return TopOfBook(symbol, update_id, bid, bid_quantity, ask, ask_quantity, quoted_at, received_at)


def _event_time(event: dict[str, Any], received_at: datetime) -> datetime:
    """The exchange's time where it is told."""
    moment = event.get("T")
    if moment is None:
        return received_at
    if type(moment) is not int or not _EARLIEST_MS <= moment < _LATEST_MS:
        raise MalformedMessage(f"T: expected milliseconds of this century, got {moment!r:.60}")
    return moment_of(moment)
