"""REST history: candles and the exchange's time.

Sample row of `klines`: [1499040000000,"0.0163","0.8","0.0157","0.0158","148976.1",1499644799999,
"2434.19",308,"1756.87","28.46","0"]: open time, open, high, low, close, volume, close time,
quote volume, trades, taker buy base, taker buy quote, unused.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.records.market import Bar
from analytics.timeframes import length
from workers.binance.errors import ExchangeError
from workers.binance.rest import fetch
from workers.settings import load_settings

KLINES_PER_REQUEST = 1_000
KLINES_WEIGHT = {"spot": 2, "usdm": 5}
SHORTEST_KLINE = {"spot": "1s", "usdm": "1m"}  # futures have no one-second candles


def load_exchange_time() -> datetime:
    """The exchange's clock."""
    answer = fetch("time", weight=1, is_urgent=True)
    try:
        return _moment(answer["serverTime"])
    except (KeyError, TypeError, ValueError, OverflowError) as problem:
        raise ExchangeError(f"time: expected serverTime in milliseconds, got {str(answer)[:80]}") from problem


def load_exchange_bars(symbol: str, timeframe: str, *, start: datetime, end: datetime) -> list[Bar]:
    """The exchange's own bars with start <= bar.start < end, oldest first.

    Bars in which nothing traded are left out; the last may still be moving,
    so every one of them comes with is_final False.
    """
    return [
        bar
        for page in _pages(symbol, timeframe, start, end)
        for bar in (_bar(symbol, timeframe, row) for row in page)
        if bar.trades > 0
    ]


def _pages(symbol: str, timeframe: str, start: datetime, end: datetime) -> Iterator[list[list[Any]]]:
    weight = KLINES_WEIGHT[load_settings().market]
    while start < end:
        page = fetch(
            "klines",
            weight=weight,
            symbol=symbol,
            interval=timeframe,
            startTime=_milliseconds(start),
            endTime=_milliseconds(end) - 1,
            limit=KLINES_PER_REQUEST,
        )
        if not isinstance(page, list):
            raise ExchangeError(f"klines: expected a list, got {type(page).__name__}")
        yield page
        if len(page) < KLINES_PER_REQUEST:
            return
        start = _moment(page[-1][0]) + length(timeframe)


def _bar(symbol: str, timeframe: str, row: list[Any]) -> Bar:
    try:
        return _bar_of_row(symbol, timeframe, row)
    except (IndexError, TypeError, ValueError, OverflowError) as problem:
        raise ExchangeError(f"klines: expected a row of twelve values, got {str(row)[:80]}") from problem


def _bar_of_row(symbol: str, timeframe: str, row: list[Any]) -> Bar:
    return Bar(
        symbol=symbol,
        timeframe=timeframe,
        start=_moment(row[0]),
        open=float(row[1]),
        high=float(row[2]),
        low=float(row[3]),
        close=float(row[4]),
        volume=float(row[5]),
        quote_volume=float(row[7]),
        trades=int(row[8]),
        taker_buy_volume=float(row[9]),
        first_id=None,
        last_id=None,
        is_final=False,
        source="exchange",
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _milliseconds(moment: datetime) -> int:
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
