"""Stream names: which symbol and which kind of event a name stands for, and which route delivers it."""

from dataclasses import dataclass
from typing import Literal

from workers.local.exchange.intervals import INTERVALS

Route = Literal["all", "public", "market"]

PUBLIC_KINDS = ("bookTicker", "trade")  # of futures; everything else is on the route "market"


@dataclass(frozen=True, slots=True)
class Stream:
    """`btcusdt@kline_1m` is symbol BTCUSDT, kind kline, interval 1m."""

    symbol: str
    kind: str
    interval: str = ""


def parse_stream(name: str) -> Stream | None:
    """What a stream name stands for; None for names that stay silent.

    >>> parse_stream("btcusdt@kline_5m")
    Stream(symbol='BTCUSDT', kind='kline', interval='5m')
    >>> parse_stream("BTCUSDT@trade") is None
    True
    """
    symbol, _, kind = name.partition("@")
    if symbol != symbol.lower() or not symbol:
        return None
    if kind in ("trade", "aggTrade", "bookTicker"):
        return Stream(symbol.upper(), kind)
    interval = kind.removeprefix("kline_")
    if interval != kind and interval in INTERVALS:
        return Stream(symbol.upper(), "kline", interval)
    return None


def delivers(route: Route, stream: Stream) -> bool:
    """Whether a futures route delivers a stream; on the wrong one it is acknowledged and silent."""
    if route == "all":
        return True
    return (stream.kind in PUBLIC_KINDS) == (route == "public")
