"""The REST endpoints: what each answers, from the same tapes as the streams."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workers.local.exchange.candles import Candles
from workers.local.exchange.clock import Clock
from workers.local.exchange.information import rate_limits, symbol_information
from workers.local.exchange.parameters import (
    interval_in,
    limit_in,
    number_in,
    reject_unread,
    span_in,
    symbol_in,
)
from workers.local.exchange.refusals import bad_combination, bad_time_unit
from workers.local.exchange.rows import kline_rows, order_rows, trade_rows
from workers.local.exchange.tape import (
    Rows,
    Tape,
    newest_orders,
    newest_trades,
    orders_from_id,
    orders_from_time,
    trades_from_id,
)

PREFIXES = {"spot": "/api/v3/", "usdm": "/fapi/v1/"}
MOST_KLINES = {"spot": 1000, "usdm": 1500}
UNITS = {"MICROSECOND": 1, "MILLISECOND": 1000}

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the endpoints answer from."""

    market: str
    clock: Clock
    tapes: Mapping[str, Tape]
    candles: Mapping[str, Candles]
    weight_per_minute: int

    @property
    def spot(self) -> bool:
        """Whether this is the spot market; else USD-M futures."""
        return self.market == "spot"


def endpoint_of(path: str, market: str) -> str | None:
    """Name of the endpoint at a path; None if there is none."""
    prefix = PREFIXES[market]
    name = path.removeprefix(prefix)
    return name if name != path and name in ENDPOINTS else None


def answer(exchange: Exchange, endpoint: str, query: Query, time_unit: str) -> Any:  # arbitrary JSON
    """The body of an answer.

    Raises
    ------
    Refusal
        The request is answered with an error.
    """
    unit = UNITS.get((time_unit or "MILLISECOND").upper())
    if unit is None:
        raise bad_time_unit()
    return ENDPOINTS[endpoint](exchange, query, unit)


def _ping(exchange: Exchange, query: Query, unit: int) -> dict[str, Any]:
    reject_unread(query, ())
    return {}


def _time(exchange: Exchange, query: Query, unit: int) -> dict[str, Any]:
    reject_unread(query, ())
    return {"serverTime": exchange.clock.now() // unit}


def _information(exchange: Exchange, query: Query, unit: int) -> dict[str, Any]:
    reject_unread(query, ("symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus"))
    names = _wanted_symbols(exchange, query)
    return {
        "timezone": "UTC",
        "serverTime": exchange.clock.now() // unit,
        "rateLimits": rate_limits(exchange.market, exchange.weight_per_minute),
        "exchangeFilters": [],
        "symbols": [symbol_information(exchange.tapes[name].symbol, exchange.market) for name in names],
    }


def _wanted_symbols(exchange: Exchange, query: Query) -> list[str]:
    if "symbol" in query and "symbols" in query:
        raise bad_combination()
    if "symbol" in query:
        return [symbol_in(query, exchange.tapes)]
    if "symbols" in query:
        names = query["symbols"].strip("[]").replace('"', "").split(",")
        return [symbol_in({"symbol": name}, exchange.tapes) for name in names]
    return list(exchange.tapes)


def _orders(exchange: Exchange, query: Query, unit: int) -> list[dict[str, Any]]:
    reject_unread(query, ("symbol", "fromId", "startTime", "endTime", "limit"))
    tape = exchange.tapes[symbol_in(query, exchange.tapes)]
    limit = limit_in(query, 500, 1000)
    start, end = span_in(query)
    order_id = number_in(query, "fromId")
    if order_id is not None and (start is not None or end is not None):
        raise bad_combination()
    found = _found_orders(tape, order_id, start, end, limit, exchange.clock.now())
    parts = (order_rows(tape.symbol, block, low, high, unit, exchange.spot) for block, low, high in found)
    return [row for rows in parts for row in rows]


def _found_orders(
    tape: Tape, order_id: int | None, start: int | None, end: int | None, limit: int, now: int
) -> Iterable[Rows]:
    until = now if end is None else min(now, end * 1000 + 999)
    if order_id is not None:
        return orders_from_id(tape, order_id, limit, now)
    if start is not None:
        return orders_from_time(tape, start * 1000, until, limit)
    return newest_orders(tape, limit, until)


def _newest_trades(exchange: Exchange, query: Query, unit: int) -> list[dict[str, Any]]:
    reject_unread(query, ("symbol", "limit"))
    tape = exchange.tapes[symbol_in(query, exchange.tapes)]
    return _trade_rows(
        exchange, tape, newest_trades(tape, limit_in(query, 500, 1000), exchange.clock.now()), unit
    )


def _historical_trades(exchange: Exchange, query: Query, unit: int) -> list[dict[str, Any]]:
    reject_unread(query, ("symbol", "limit", "fromId"))
    tape = exchange.tapes[symbol_in(query, exchange.tapes)]
    limit, now = limit_in(query, 500, 1000), exchange.clock.now()
    trade_id = number_in(query, "fromId")
    found = (
        newest_trades(tape, limit, now) if trade_id is None else trades_from_id(tape, trade_id, limit, now)
    )
    return _trade_rows(exchange, tape, found, unit)


def _trade_rows(exchange: Exchange, tape: Tape, found: Iterable[Rows], unit: int) -> list[dict[str, Any]]:
    parts = (trade_rows(tape.symbol, block, low, high, unit, exchange.spot) for block, low, high in found)
    return [row for rows in parts for row in rows]


def _klines(exchange: Exchange, query: Query, unit: int) -> list[list[Any]]:
    reject_unread(query, ("symbol", "interval", "startTime", "endTime", "timeZone", "limit"))
    name = symbol_in(query, exchange.tapes)
    interval = interval_in(query, exchange.market)
    limit = limit_in(query, 500, MOST_KLINES[exchange.market])
    start, end = span_in(query)
    bars = exchange.candles[name].page(interval, start, end, limit, exchange.clock.now())
    return kline_rows(exchange.tapes[name].symbol, interval, bars, unit)


def _depth(exchange: Exchange, query: Query, unit: int) -> dict[str, Any]:
    """A thin book around the newest trade: enough to be asked for, not a model of liquidity."""
    reject_unread(query, ("symbol", "limit", "symbolStatus"))
    tape = exchange.tapes[symbol_in(query, exchange.tapes)]
    levels = limit_in(query, 100, 5000)
    rows = newest_orders(tape, 1, exchange.clock.now())
    if not rows:
        return {"lastUpdateId": 0, "bids": [], "asks": []}
    block, place, _ = rows[0]
    price, size = int(block.prices[place]), int(block.quantities[place])
    bid = price if block.makers[place] else price - 1
    return {
        "lastUpdateId": int(block.last_ids[place]),
        "bids": [_level(tape, bid - step, size) for step in range(min(levels, bid))],
        "asks": [_level(tape, bid + 1 + step, size) for step in range(levels)],
    }


def _level(tape: Tape, price: int, size: int) -> list[str]:
    return [tape.symbol.price_text(price), tape.symbol.quantity_text(size)]


ENDPOINTS: dict[str, Callable[[Exchange, Query, int], Any]] = {
    "ping": _ping,
    "time": _time,
    "exchangeInfo": _information,
    "depth": _depth,
    "trades": _newest_trades,
    "historicalTrades": _historical_trades,
    "aggTrades": _orders,
    "klines": _klines,
}
