"""exchangeInfo -> which symbols trade, with their price and quantity steps.

Sample of one element of `symbols`:

    {"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT",
     "filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01000000",...},
                {"filterType":"LOT_SIZE","stepSize":"0.00001000",...}],...}
"""

from decimal import Decimal
from typing import Any

from analytics.records.market import Instrument
from workers.binance.errors import ExchangeError
from workers.binance.rest import fetch
from workers.coordination.request_budget import note_limit


def load_exchange_symbols() -> list[Instrument]:
    """Every symbol the exchange offers; notes its request limit on the way."""
    answer = fetch("exchangeInfo", weight=20)
    try:
        for limit in answer["rateLimits"]:
            if limit["rateLimitType"] == "REQUEST_WEIGHT" and limit["interval"] == "MINUTE":
                note_limit(int(limit["limit"]))
        return [_instrument(row) for row in answer["symbols"]]
    except (KeyError, TypeError, ValueError, ArithmeticError) as problem:
        raise ExchangeError(f"exchangeInfo: expected limits and symbols, misses {problem}") from problem


def _instrument(row: dict[str, Any]) -> Instrument:
    filters = {item["filterType"]: item for item in row.get("filters", [])}
    return Instrument(
        symbol=row["symbol"],
        base_asset=row["baseAsset"],
        quote_asset=row["quoteAsset"],
        status=row["status"],
        price_step=Decimal(filters.get("PRICE_FILTER", {}).get("tickSize", "0")),
        quantity_step=Decimal(filters.get("LOT_SIZE", {}).get("stepSize", "0")),
    )
