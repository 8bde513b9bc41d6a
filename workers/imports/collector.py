"""NDJSON of a browser collector: one trade per line, under the names collectors use.

    {"symbol":"btcusdt","ts":"2024-08-08T23:54:15.342Z","price":61837.63,"size":0.02}

Without a side a trade counts as bought by the taker. Without an id it gets NO_ID: ids are
counted when it is stored, see ticks.py.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any

from analytics.records.market import Tick
from workers.binance.errors import MalformedMessage

NO_ID = -1
_NAMES = {
    "symbol": ("symbol", "s"),
    "time": ("ts", "time", "timestamp", "T", "trade_time"),
    "price": ("price", "p"),
    "quantity": ("size", "qty", "quantity", "amount", "q"),
    "id": ("id", "trade_id", "tradeId", "t"),
    "maker": ("is_buyer_maker", "isBuyerMaker", "buyer_is_maker", "m"),
}
_EARLIEST = datetime(2017, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_HIGHEST_ID = 1 << 44


def collected_tick(row: dict[str, Any], received_at: datetime) -> Tick:
    """The trade of a line.

    Raises
    ------
    MalformedMessage
        A field is missing or holds an impossible value.
    """
    found = {name: next((row[key] for key in keys if key in row), None) for name, keys in _NAMES.items()}
    identity = NO_ID if found["id"] is None else _identity(found["id"])
    return Tick(
        symbol=_symbol(found["symbol"]),
        id=identity,
        price=_positive("price", found["price"]),
        quantity=_positive("size", found["quantity"]),
        traded_at=_moment("ts", found["time"]),
        received_at=received_at,
        buyer_is_maker=_is_maker(row, found["maker"]),
        first_trade_id=identity,
        last_trade_id=identity,
    )


def _symbol(value: object) -> str:
    if type(value) is not str or not 0 < len(value) <= 40:
        raise MalformedMessage(f"symbol: expected a name, got {value!r:.60}")
    return value.upper()


def _identity(value: object) -> int:
    if type(value) is str and value.isdecimal():
        value = int(value)
    if type(value) is not int or not 0 <= value < _HIGHEST_ID:
        raise MalformedMessage(f"id: expected an id from 0 to 2^44, got {value!r:.60}")
    return value


def _positive(name: str, value: object) -> float:
    try:
        number = float(value) if type(value) in (int, float, str) else 0.0  # type: ignore[arg-type]  # as checked
    except ValueError:
        number = 0.0
    if not 0.0 < number < inf:
        raise MalformedMessage(f"{name}: expected a positive number, got {value!r:.60}")
    return number


def _moment(name: str, value: object) -> datetime:
    """A moment as ISO 8601, or in seconds, milliseconds or microseconds; kept to the millisecond."""
    try:
        moment = _read_moment(value)
    except (ValueError, TypeError, OverflowError):
        moment = None
    if moment is None or not _EARLIEST <= moment < _LATEST:
        raise MalformedMessage(f"{name}: expected a time of this century, got {value!r:.60}")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _read_moment(value: object) -> datetime | None:
    if type(value) is str and not value.replace(".", "", 1).isdecimal():
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if type(value) not in (int, float, str):
        return None
    text = str(value)
    number = float(text) if "." in text or "e" in text else int(text)
    milliseconds = number * 1000 if number < 1e11 else number
    while milliseconds >= 1e14:  # micro- or nanoseconds
        milliseconds //= 1000
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _is_maker(row: dict[str, Any], maker: object) -> bool:
    if maker is None:
        return str(row.get("side", "")).lower() == "sell"
    if type(maker) is str and maker.lower() in ("true", "false"):  # of a CSV
        return maker.lower() == "true"
    if type(maker) is not bool:
        raise MalformedMessage(f"is_buyer_maker: expected true or false, got {maker!r:.60}")
    return maker


def time_in(row: Mapping[str, object]) -> object:
    """The time of a row as it stands there; None where it has none.

    >>> time_in({"ts": "2024-08-08T23:54:15Z", "price": 1}), time_in({"e": "trade", "T": 1723161255343})
    ('2024-08-08T23:54:15Z', 1723161255343)
    """
    return next((row[key] for key in _NAMES["time"] if key in row), None)


def has_trade_columns(names: Iterable[str]) -> bool:
    """Whether a header names what a trade needs but its symbol.

    >>> has_trade_columns(["ts", "price", "size"]), has_trade_columns(["ts", "close"])
    (True, False)
    """
    known = set(names)
    return all(known & set(_NAMES[name]) for name in ("time", "price", "quantity"))
