"""Raw websocket captures: `<receive time> <raw JSON>` per line, combined streams.

    1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT",
        "t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}
    1626992742.289739: {"stream":"ctkusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,...}}

Depth, klines and REST snapshots are passed over.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from workers.local.exchange.recordings.events import (
    ORDER,
    TRADE,
    RecordedQuote,
    RecordedTrade,
    microseconds,
    plain_decimal,
)

KIND = re.compile(rb'"stream":"([^"@]+)@(trade|aggTrade|bookTicker)"')
DATA = b'"data":'


def read_websocket_lines(lines: Iterable[bytes]) -> Iterator[RecordedTrade | RecordedQuote]:
    """The trades and quotes of a capture; a line that is cut off or damaged is passed over."""
    for line in lines:
        kind = KIND.search(line, 0, 120)
        if kind is not None:
            event = _quote(line, kind[1]) if kind[2] == b"bookTicker" else _trade(line)
            if event is not None:
                yield event


def _quote(line: bytes, symbol: bytes) -> RecordedQuote | None:
    """The message as it was: many more than trades, and nothing in it is looked at."""
    received, text = _parts(line)
    start = text.find(DATA)
    if start < 0 or not text.endswith(b"}}"):
        return None
    return RecordedQuote(symbol.decode().upper(), _receive_time(received), text[start + len(DATA) : -1])


def _trade(line: bytes) -> RecordedTrade | None:
    received, text = _parts(line)
    try:
        return _recorded(orjson.loads(text)["data"], _receive_time(received))
    except (ValueError, KeyError, TypeError):
        return None


def _parts(line: bytes) -> tuple[bytes, bytes]:
    received, _, text = line.rstrip().partition(b" ")
    return received, text


def _receive_time(text: bytes) -> int:
    text = text.rstrip(b":")
    return int(float(text) * 1_000_000) if b"." in text else microseconds(int(text))


def _recorded(data: dict[str, Any], received: int) -> RecordedTrade:
    order = data["e"] == ORDER
    return RecordedTrade(
        kind=ORDER if order else TRADE,
        symbol=data["s"],
        id=int(data["a" if order else "t"]),
        price=plain_decimal(data["p"]),
        quantity=plain_decimal(data["q"]),
        time=microseconds(int(data["T"])),
        sent_ms=int(data["E"]),
        maker=bool(data["m"]),
        first_id=int(data["f"]) if order else None,
        last_id=int(data["l"]) if order else None,
        received=received,
    )
