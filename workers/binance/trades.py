"""REST: trade messages from an id on, the same as the stream brought or should have.

Sample rows, of `aggTrades` and of `historicalTrades`:

    {"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}
    {"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.000012","time":1499865549590,
     "isBuyerMaker":true,"isBestMatch":true}
"""

from datetime import UTC, datetime
from typing import Any

from analytics.records.market import Tick
from workers.binance.errors import ExchangeError
from workers.binance.feed import Notice, tick_from_trade
from workers.binance.rest import fetch
from workers.settings import load_settings

TRADES_PER_REQUEST = 1_000
AGG_TRADES_WEIGHT = {"spot": 4, "usdm": 20}
TRADES_WEIGHT = 25


def load_newest_id(symbol: str) -> int | None:
    """The id of the newest trade message of a symbol, None when it never traded."""
    if load_settings().stream == "aggTrade":
        newest = fetch("aggTrades", weight=AGG_TRADES_WEIGHT[load_settings().market], symbol=symbol, limit=1)
        return int(newest[-1]["a"]) if newest else None
    newest = fetch("trades", weight=TRADES_WEIGHT, symbol=symbol, limit=1)
    return int(newest[-1]["id"]) if newest else None


def load_trades_from(symbol: str, first_id: int, *, limit: int = TRADES_PER_REQUEST) -> list[Tick]:
    """Trade messages of a symbol with id >= first_id, by id; none when there are none yet."""
    settings = load_settings()
    received_at = datetime.now(UTC)
    if settings.stream == "aggTrade":
        weight = AGG_TRADES_WEIGHT[settings.market]
        rows = fetch("aggTrades", weight=weight, symbol=symbol, fromId=first_id, limit=limit)
        return [_aggregate_tick(symbol, row, received_at) for row in rows]
    rows = fetch("historicalTrades", weight=TRADES_WEIGHT, symbol=symbol, fromId=first_id, limit=limit)
    return [_trade_tick(symbol, row, received_at) for row in rows]


def _aggregate_tick(symbol: str, row: dict[str, Any], received_at: datetime) -> Tick:
    event = row | {"e": "aggTrade", "s": symbol}
    return _real_tick(tick_from_trade(event, received_at))


def _trade_tick(symbol: str, row: dict[str, Any], received_at: datetime) -> Tick:
    names = {"t": "id", "p": "price", "q": "qty", "T": "time", "m": "isBuyerMaker"}
    event = {"e": "trade", "s": symbol} | {short: row.get(long) for short, long in names.items()}
    return _real_tick(tick_from_trade(event, received_at))


def _real_tick(parsed: Tick | Notice) -> Tick:
    """REST lists trades only; a placeholder among them would be news."""
    if not isinstance(parsed, Tick):
        raise ExchangeError(f"REST listed what is no trade: {parsed.value}")
    return parsed
