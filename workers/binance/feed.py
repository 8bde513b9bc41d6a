"""Stream addresses, control messages, and trade messages -> Tick.

Sample messages, as they come on a combined connection:

    {"stream":"bnbbtc@aggTrade","data":{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,
     "p":"0.001","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}}
    {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,
     "p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
    {"result":null,"id":1}                                    the answer to a control message
    {"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}

`m` true means that the buyer was the maker: the taker sold. Futures send
placeholder trades (`X` other than MARKET, price or quantity 0): they are no
trades, but they take an id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from math import inf
from typing import Any

import orjson

from analytics.records.market import Tick
from workers.binance.errors import MalformedMessage
from workers.binance.quick_tick import quick_tick
from workers.settings import Market, StreamKind

STREAMS_PER_CONNECTION = 200  # safe on spot (1,024) and futures

_OTHER_EVENTS = ("bookTicker", "kline")  # known, and not captured
_COMBINED_PATH = {"spot": "/stream", "usdm": "/market/stream"}
_EARLIEST_MS = 1_483_228_800_000  # 2017-01-01: before the exchange existed
_LATEST_MS = 4_102_444_800_000  # 2100-01-01
_HIGHEST_ID = 1 << 44


class Notice(Enum):
    """Messages that carry no trade."""

    ANSWER = "answer to a control message"
    SHUTDOWN = "the server will close this connection"
    OTHER = "another stream"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A message of a future that took an id without being a trade."""

    symbol: str
    id: int
    traded_at: datetime


def stream_address(ws_url: str, market: Market) -> str:
    """Where a combined connection is opened.

    >>> stream_address("wss://stream.binance.com:9443", "spot")
    'wss://stream.binance.com:9443/stream'
    """
    return ws_url + _COMBINED_PATH[market]


def stream_name(symbol: str, kind: StreamKind) -> str:
    """The exchange's name of a symbol's trades.

    >>> stream_name("BTCUSDT", "aggTrade")
    'btcusdt@aggTrade'
    """
    return f"{symbol.lower()}@{kind}"


def subscribe_message(streams: Sequence[str], message_id: int) -> str:
    """The control message that asks for streams."""
    return orjson.dumps({"method": "SUBSCRIBE", "params": list(streams), "id": message_id}).decode()


def unsubscribe_message(streams: Sequence[str], message_id: int) -> str:
    """The control message that ends streams."""
    return orjson.dumps({"method": "UNSUBSCRIBE", "params": list(streams), "id": message_id}).decode()


def stream_of(raw: bytes) -> bytes:
    """The name of the stream a combined message came on, without reading the rest; b"" for answers.

    >>> stream_of(b'{"stream":"btcusdt@trade","data":{}}')
    b'btcusdt@trade'
    """
    return raw[11 : raw.find(b'"', 11)] if raw.startswith(b'{"stream":"') else b""


@lru_cache(maxsize=4_096)  # many trades share a millisecond
def moment_of(milliseconds: int) -> datetime:
    """A moment given in milliseconds since 1970.

    >>> moment_of(1723161255342).isoformat()
    '2024-08-08T23:54:15.342000+00:00'
    """
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def parsed_message(raw: bytes, received_at: datetime) -> Tick | Placeholder | Notice:
    """The trade a message holds, or what else it is.

    Raises
    ------
    MalformedMessage
        The bytes are no JSON, or a trade lacks a field or holds an impossible value.
    """
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedMessage(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise MalformedMessage(f"expected an object, got {type(message).__name__}")
    event = message.get("data", message)
    if not isinstance(event, dict):
        raise MalformedMessage(f"data: expected an object, got {type(event).__name__}")
    kind = event.get("e")
    if kind in ("aggTrade", "trade"):
        return tick_from_trade(event, received_at)
    return _notice(message, event, kind)


def tick_from_trade(event: dict[str, Any], received_at: datetime) -> Tick | Placeholder:
    """The Tick of a trade event as documented above."""
    return _usual_tick(event, received_at) or _checked_tick(event, received_at)


def _usual_tick(event: dict[str, Any], received_at: datetime) -> Tick | None:
    """The Tick of an event that is as it should be, in a third of the time; None for any other."""
    try:
        if event["e"] == "aggTrade":
            identity, first, last = event["a"], event["f"], event["l"]
        else:
            identity = first = last = event["t"]
        symbol, happened, is_maker = event["s"], event["T"], event["m"]
        price, quantity = float(event["p"]), float(event["q"])
    except (KeyError, TypeError, ValueError):
        return None
    if (
        type(identity) is type(first) is type(last) is type(happened) is int
        and type(symbol) is str
        and type(is_maker) is bool
        and 0 <= identity < _HIGHEST_ID
        and 0 <= first < _HIGHEST_ID
        and 0 <= last < _HIGHEST_ID
        and 0.0 < price < inf
        and 0.0 < quantity < inf
        and _EARLIEST_MS <= happened < _LATEST_MS
        and symbol
        and ("M" in event or not _is_placeholder(event))
    ):
        moment = moment_of(happened)
        return quick_tick(symbol, identity, price, quantity, moment, received_at, is_maker, first, last)
    return None


def _checked_tick(event: dict[str, Any], received_at: datetime) -> Tick | Placeholder:
    """The same, field by field, so that an error names the one that is wrong."""
    identity = _identity(event, "a" if event["e"] == "aggTrade" else "t")
    if _is_placeholder(event):
        return Placeholder(_symbol(event), identity, _moment(event, "T"))
    return Tick(
        symbol=_symbol(event),
        id=identity,
        price=_positive(event, "p"),
        quantity=_positive(event, "q"),
        traded_at=_moment(event, "T"),
        received_at=received_at,
        buyer_is_maker=_flag(event, "m"),
        first_trade_id=_identity(event, "f") if event["e"] == "aggTrade" else identity,
        last_trade_id=_identity(event, "l") if event["e"] == "aggTrade" else identity,
    )


def _is_placeholder(event: dict[str, Any]) -> bool:
    """Spot messages say `M`; those of futures may be no trade at all."""
    if "M" in event:
        return False
    return event.get("X", "MARKET") != "MARKET" or _is_zero(event.get("p")) or _is_zero(event.get("q"))


def _is_zero(text: object) -> bool:
    return isinstance(text, str) and text.strip("0.") == "" and "0" in text


def _notice(message: dict[str, Any], event: dict[str, Any], kind: object) -> Notice:
    if kind == "serverShutdown":
        return Notice.SHUTDOWN
    if "result" in message and "id" in message:
        return Notice.ANSWER
    if "code" in message and "msg" in message:
        raise MalformedMessage(f"the exchange refused a request: {str(message['msg'])[:200]}")
    if isinstance(kind, str) and kind not in _OTHER_EVENTS:
        raise MalformedMessage(f"e: expected a known event, got {kind!r:.60}")
    if kind in _OTHER_EVENTS or (kind is None and "stream" in message):
        return Notice.OTHER
    raise MalformedMessage("neither a trade, nor an answer, nor a known event")


def _symbol(event: dict[str, Any]) -> str:
    value = event.get("s")
    if type(value) is not str or not value:
        raise MalformedMessage(f"s: expected a symbol, got {value!r:.60}")
    return value


def _identity(event: dict[str, Any], name: str) -> int:
    value = event.get(name)
    if type(value) is not int or not 0 <= value < _HIGHEST_ID:
        raise MalformedMessage(f"{name}: expected an id from 0 to 2^44, got {value!r:.60}")
    return value


def _positive(event: dict[str, Any], name: str) -> float:
    try:
        value = float(event[name])
    except (KeyError, TypeError, ValueError):
        value = 0.0
    if not 0.0 < value < inf:
        raise MalformedMessage(f"{name}: expected a positive number, got {event.get(name)!r:.60}")
    return value


def _moment(event: dict[str, Any], name: str) -> datetime:
    value = event.get(name)
    if type(value) is not int or not _EARLIEST_MS <= value < _LATEST_MS:
        raise MalformedMessage(f"{name}: expected milliseconds of this century, got {value!r:.60}")
    return moment_of(value)


def _flag(event: dict[str, Any], name: str) -> bool:
    value = event.get(name)
    if type(value) is not bool:
        raise MalformedMessage(f"{name}: expected true or false, got {value!r:.60}")
    return value
