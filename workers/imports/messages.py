"""Lines of JSON: messages of the exchange's stream as they came, or trades of a collector.

    {"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,...}
    1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade",...}}     arrival in ns
    1626992742.289739: {"stream":"ctkusdt@aggTrade","data":{"e":"aggTrade",...}}    arrival in s
    {"symbol":"btcusdt","ts":"2024-08-08T23:54:15.342Z","price":61837.63,"size":0.02}

What arrived before is stored as having arrived now: retention counts from then.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson

from analytics.records.market import Tick
from workers.binance.errors import MalformedMessage
from workers.binance.feed import Placeholder, tick_from_trade
from workers.imports.collector import collected_tick
from workers.imports.errors import ImportRefused
from workers.settings import StreamKind

TRADES = ("aggTrade", "trade")
_ARRIVAL = re.compile(rb"^(?:\d{16,19} |\d+\.\d+: )(?=[{])")
_ADDRESS = re.compile(rb"^wss?://")


def kinds_in(lines: Sequence[bytes]) -> frozenset[str] | None:
    """The kinds of trade messages among lines; None when none of them is a message of the stream."""
    found, any_message = set(), False
    for line in lines:
        try:
            event = event_of(line)
        except (MalformedMessage, TypeError):
            continue
        if "e" in event or _ARRIVAL.match(line):
            any_message = True
            found.add(str(event.get("e")))
    return frozenset(found & set(TRADES)) if any_message else None


def message_parser(
    wanted: StreamKind, *, refusal: str | None, symbol: str | None
) -> Callable[[bytes, datetime], Tick | Placeholder | None]:
    """What reads a line; None is a message that is no trade of the wanted kind.

    `refusal` is the sentence for a trade of the other kind; None: such trades are passed over.
    """

    def parsed(line: bytes, received_at: datetime) -> Tick | Placeholder | None:
        if _ADDRESS.match(line):
            return None
        row = _row(line)
        event = _event(row)
        kind = event.get("e")
        if kind == wanted:
            return tick_from_trade(event, received_at)
        if kind in TRADES and refusal is not None:
            raise ImportRefused(refusal)
        if kind is not None or "stream" in row or "lastUpdateId" in row:
            return None
        return collected_tick(event | {"symbol": symbol} if symbol else event, received_at)

    return parsed


def event_of(line: bytes) -> dict[str, Any]:
    """What a line tells, without what the stream or a recorder wrapped around it."""
    return _event(_row(line))


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(_ARRIVAL.sub(b"", line.removeprefix(b"\xef\xbb\xbf")))
    except orjson.JSONDecodeError as problem:
        raise MalformedMessage(f"not JSON: {problem}") from None
    if not isinstance(row, dict):
        raise MalformedMessage(f"expected an object, got {type(row).__name__}")
    return row


def _event(row: dict[str, Any]) -> dict[str, Any]:
    event = row.get("data", row)
    if not isinstance(event, dict):
        raise MalformedMessage(f"data: expected an object, got {type(event).__name__}")
    return event
