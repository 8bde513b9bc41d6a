"""The request weight of each REST endpoint.

Spot: rest-api.md of Binance's spot documentation, 2026-07-21.
USD-M: Binance's pages of 2025, not checked since.
"""

SPOT = {
    "ping": 1,
    "time": 1,
    "exchangeInfo": 20,
    "trades": 25,
    "historicalTrades": 25,
    "aggTrades": 4,
    "klines": 2,
}
USDM = {"ping": 1, "time": 1, "exchangeInfo": 1, "trades": 5, "historicalTrades": 20, "aggTrades": 20}
SPOT_DEPTH = ((100, 5), (500, 25), (1000, 50), (5000, 250))
USDM_DEPTH = ((50, 2), (100, 5), (500, 10), (1000, 20))
USDM_KLINES = ((99, 1), (499, 2), (1000, 5), (1500, 10))


def weight(market: str, endpoint: str, limit: int | None) -> int:
    """What a request costs.

    >>> weight("spot", "aggTrades", 1000), weight("spot", "depth", 500), weight("usdm", "klines", None)
    (4, 25, 5)
    """
    if endpoint == "depth":
        table, default = (SPOT_DEPTH, 100) if market == "spot" else (USDM_DEPTH, 500)
        return _by_limit(table, limit or default)
    if endpoint == "klines" and market == "usdm":
        return _by_limit(USDM_KLINES, limit or 500)
    return (SPOT if market == "spot" else USDM)[endpoint]


def _by_limit(table: tuple[tuple[int, int], ...], limit: int) -> int:
    return next((cost for most, cost in table if limit <= most), table[-1][1])
