"""What a websocket address asks for: route, wrapping, time unit and streams."""

from urllib.parse import parse_qsl, unquote, urlsplit

from workers.local.exchange.connection_rules import Opening
from workers.local.exchange.refusals import bad_time_unit
from workers.local.exchange.streams import Route

UNITS = {"": 1000, "MILLISECOND": 1000, "MICROSECOND": 1}


def opening_of(target: str, market: str) -> Opening | None:
    """The opening an address asks for; None for an address that leads nowhere.

    >>> opening_of("/stream?streams=btcusdt@trade/ethusdt@trade&timeUnit=microsecond", "spot")
    Opening(route='all', combined=True, unit=1, streams=('btcusdt@trade', 'ethusdt@trade'))
    """
    parts = urlsplit(target)
    route, path = _route(unquote(parts.path), market)
    query = dict(parse_qsl(parts.query))
    unit = UNITS.get(query.get("timeUnit", "").upper())
    if unit is None:
        raise bad_time_unit()
    if path == "/stream":
        return Opening(route, True, unit, _names(query.get("streams", "")))
    if path == "/ws" or path.startswith("/ws/"):
        return Opening(route, False, unit, _names(path.removeprefix("/ws").removeprefix("/")))
    return None


def _route(path: str, market: str) -> tuple[Route, str]:
    """Futures have a path per kind of stream; an address without one delivers the public kind only."""
    if market == "spot":
        return "all", path
    if path.startswith("/market/"):
        return "market", path.removeprefix("/market")
    return "public", path.removeprefix("/public")


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split("/") if name))
