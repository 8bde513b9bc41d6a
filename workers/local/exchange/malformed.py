"""Messages that no client can make a trade of, one kind after the other, each as a whole frame."""

from collections.abc import Callable

import orjson

from workers.local.exchange.frames import frame_head, text_frame, wrapped

DEPTH = 10_000
UNKNOWN_SYMBOL = "NOSUCHUSDT"
IN_1970, IN_2100 = 86_400_000, 4_102_444_800_000  # ms
BINARY = 0x82  # first byte of a final binary frame

Event = dict[str, object]


def _trade(**changes: object) -> Event:
    """A plausible trade but for the changes; None takes a field away."""
    event: Event = {"e": "aggTrade", "E": 1, "s": "BTCUSDT", "a": 1, "p": "1.0", "q": "1.0", "f": 1, "l": 1}
    event |= {"T": 1_700_000_000_000, "m": True, "M": True} | changes
    return {name: value for name, value in event.items() if value is not None}


def _event(**changes: object) -> Callable[[], bytes]:
    def frame() -> bytes:
        return text_frame(wrapped("btcusdt@aggTrade", orjson.dumps(_trade(**changes))))

    return frame


def _text(payload: bytes) -> Callable[[], bytes]:
    return lambda: text_frame(payload)


MALFORMED: dict[str, Callable[[], bytes]] = {
    "bad_json": _text(b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":17'),
    "bad_utf8": _text(b'{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","s":"\xff\xfe\xc0"}}'),
    "binary": lambda: bytes([BINARY]) + frame_head(4)[1:] + b"\x00\x01\xfe\xff",
    "array": _text(b"[]"),
    "null": _text(b"null"),
    "missing_id": _event(a=None),
    "price_nan": _event(p="NaN"),
    "price_negative": _event(p="-1"),
    "price_infinite": _event(p="1e400"),
    "quantity_zero": _event(q="0.00000000"),
    "unknown_event": _event(e="mysteryTrade"),
    "unknown_symbol": _event(s=UNKNOWN_SYMBOL),
    "time_1970": _event(T=IN_1970),
    "time_2100": _event(T=IN_2100),
    "deep": _text(b'{"stream":"btcusdt@aggTrade","data":' + b"[" * DEPTH + b"]" * DEPTH + b"}"),
}


def huge_frame(size: int) -> bytes:
    """A text frame of so many bytes: a JSON text, not an event."""
    return text_frame(b'"' + b"x" * (size - 2) + b'"')
