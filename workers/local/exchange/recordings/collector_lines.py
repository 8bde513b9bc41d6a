"""NDJSON of a browser collector: one trade per line.

    {"symbol":"btcusdt","ts":"2024-08-08T23:54:15.342Z","price":61837.63,"size":0.02}

Names of other collectors are taken too. What is missing: ids are counted, and a trade
without a side counts as bought by the taker.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from workers.local.exchange.recordings.events import TRADE, RecordedTrade, microseconds, plain_decimal

NAMES = {
    "symbol": ("symbol", "s"),
    "time": ("ts", "time", "timestamp", "T", "trade_time"),
    "price": ("price", "p"),
    "quantity": ("size", "qty", "quantity", "amount", "q"),
    "id": ("id", "trade_id", "tradeId", "t"),
    "maker": ("is_buyer_maker", "isBuyerMaker", "buyer_is_maker", "m"),
}


def read_collector_lines(lines: Iterable[bytes]) -> Iterator[RecordedTrade]:
    """The trades of a collector's file; lines that are no trades are passed over."""
    for line in lines:
        try:
            yield _trade(orjson.loads(line))
        except (ValueError, KeyError, TypeError):
            continue


def _trade(row: dict[str, Any]) -> RecordedTrade:
    found = {name: next((row[key] for key in keys if key in row), None) for name, keys in NAMES.items()}
    if found["symbol"] is None or found["price"] is None or found["quantity"] is None:
        raise KeyError("symbol, price or quantity")
    return RecordedTrade(
        kind=TRADE,
        symbol=str(found["symbol"]).upper(),
        id=None if found["id"] is None else int(found["id"]),
        price=plain_decimal(found["price"]),
        quantity=plain_decimal(found["quantity"]),
        time=_moment(found["time"]),
        sent_ms=None,
        maker=_is_maker(row, found["maker"]),
    )


def _moment(value: object) -> int:
    if isinstance(value, str) and not value.isdigit():
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1_000_000)
    if not isinstance(value, (int, float, str)):
        raise TypeError("time")
    return (
        round(value * 1_000_000) if isinstance(value, float) and value < 10**11 else microseconds(int(value))
    )


def _is_maker(row: dict[str, Any], maker: object) -> bool:
    if maker is None:
        return str(row.get("side", "")).lower() == "sell"
    return bool(maker)
