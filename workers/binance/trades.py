"""REST: trade messages from an id on, the same as the stream brought or should have.

Sample rows, of `aggTrades` and of `historicalTrades`:

    {"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}
    {"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.000012","time":1499865549590,
     "isBuyerMaker":true,"isBestMatch":true}
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.records.market import Tick
from workers.binance.errors import ExchangeError, MalformedMessage
from workers.binance.feed import tick_from_trade
from workers.binance.rest import fetch
from workers.settings import load_settings

TRADES_PER_REQUEST = 1_000
AGG_TRADES_WEIGHT = {"spot": 4, "usdm": 20}
TRADES_WEIGHT = 25


def load_newest_trade(symbol: str) -> Tick | None:
    """The newest trade message of a symbol, None when it never traded."""
    settings = load_settings()
    if settings.stream == "aggTrade":
        endpoint, weight = "aggTrades", AGG_TRADES_WEIGHT[settings.market]
    else:
        endpoint, weight = "trades", TRADES_WEIGHT
    rows = fetch(endpoint, weight=weight, is_urgent=True, symbol=symbol, limit=1)
    ticks = _ticks(symbol, rows)
    return ticks[-1] if ticks else None


def load_trades_from(symbol: str, first_id: int, *, limit: int = TRADES_PER_REQUEST) -> list[Tick]:
    """Trade messages of a symbol with id >= first_id, by id; none when there are none yet."""
    settings = load_settings()
    if settings.stream == "aggTrade":
        endpoint, weight = "aggTrades", AGG_TRADES_WEIGHT[settings.market]
    else:
        endpoint, weight = "historicalTrades", TRADES_WEIGHT
    return _ticks(symbol, fetch(endpoint, weight=weight, symbol=symbol, fromId=first_id, limit=limit))


def load_first_id_since(symbol: str, moment: datetime) -> int | None:
    """Id of the first trade message at or after a moment, None when nothing was traded since.

    Single trades cannot be asked for by time: an aggregate names the first trade it was made of.
    """
    settings = load_settings()
    since = (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
    weight = AGG_TRADES_WEIGHT[settings.market]
    rows = fetch("aggTrades", weight=weight, symbol=symbol, startTime=since, limit=1)
    first = next(iter(_ticks(symbol, rows, "aggTrade")), None)
    if first is None:
        return None
    return first.id if settings.stream == "aggTrade" else first.first_trade_id


def _ticks(symbol: str, rows: Any, kind: str | None = None) -> list[Tick]:  # Any: whatever JSON came
    """The rows of an answer; a placeholder among them is no trade.

    Raises
    ------
    ExchangeError
        The answer is not a list of trades.
    """
    received_at = datetime.now(UTC)
    kind = kind or load_settings().stream
    try:
        events = [_event(symbol, kind, row) for row in rows]
        parsed = [tick_from_trade(event, received_at) for event in events]
    except (MalformedMessage, TypeError, AttributeError) as problem:
        raise ExchangeError(f"{symbol}: REST listed what is no trade: {problem}") from problem
    return [tick for tick in parsed if isinstance(tick, Tick)]


def _event(symbol: str, kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row under the names of the stream's message."""
    if kind == "aggTrade":
        return row | {"e": "aggTrade", "s": symbol}
    names = {"t": "id", "p": "price", "q": "qty", "T": "time", "m": "isBuyerMaker"}
    return {"e": "trade", "s": symbol} | {short: row.get(long) for short, long in names.items()}
