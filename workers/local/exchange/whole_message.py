"""What a message of a stream is about, read from its bytes: needed only while faults are on."""

from typing import NamedTuple

import orjson

IDS = {"trade": "t", "aggTrade": "a"}


class WholeMessage(NamedTuple):
    """The stream that a message belongs to, and the id of its trade."""

    stream: str
    id: int | None


def message_of(payload: bytes) -> WholeMessage:
    """What a message is about, wrapped or not.

    >>> message_of(b'{"e":"aggTrade","s":"BTCUSDT","a":26129}')
    WholeMessage(stream='btcusdt@aggTrade', id=26129)
    """
    message = orjson.loads(payload)
    event = message.get("data", message)
    kind = event.get("e", "bookTicker")
    stream = message.get("stream") or f"{event['s'].lower()}@{_kind_name(kind, event)}"
    return WholeMessage(stream, event.get(IDS.get(kind, "")))


def _kind_name(kind: str, event: dict[str, dict[str, str]]) -> str:
    return f"kline_{event['k']['i']}" if kind == "kline" else kind
