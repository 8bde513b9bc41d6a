"""Control messages of the websocket: SUBSCRIBE and the others, with Binance's replies and error payloads.

Where the documentation contradicts itself: ids may be integers, strings of up to 36 characters or null.
"""

from collections.abc import Callable
from typing import Any, Protocol  # Any: a control message is arbitrary JSON until it is checked

import orjson

Reply = dict[str, Any]
METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
LONGEST_ID = 36


class Session(Protocol):
    """What control messages change: the subscriptions and the property of one connection."""

    combined: bool
    streams: dict[str, None]  # in the order they were asked for
    stream_limit: int

    def subscribe(self, names: list[str]) -> None:
        """Deliver these streams from now on."""

    def unsubscribe(self, names: list[str]) -> None:
        """Deliver them no more."""


class BadRequest(Exception):
    """Raised when a control message is answered with an error payload."""

    def __init__(self, code: int, message: str, **more: object) -> None:
        super().__init__(message)
        self.reply: Reply = {"code": code, "msg": message, **more}


def answer(text: bytes, session: Session) -> Reply:
    """Carry a control message out and say what came of it."""
    try:
        request = _parsed(text)
        result = HANDLERS[_method(request, text)](request, session)
    except BadRequest as refused:
        return refused.reply
    return {"result": result, "id": request.get("id")}


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        request = orjson.loads(text)
    except orjson.JSONDecodeError as wrong:
        place = f"line {wrong.lineno} column {wrong.colno}"
        raise BadRequest(3, f"Invalid JSON: expected value at {place}") from None
    if not isinstance(request, dict):
        raise BadRequest(2, f"Invalid request: missing field `method` at line 1 column {len(text)}")
    return request


def _method(request: dict[str, Any], text: bytes) -> str:
    method = request.get("method")
    if method is None:
        raise BadRequest(2, f"Invalid request: missing field `method` at line 1 column {len(text)}")
    if method not in METHODS:
        expected = ", ".join(f"`{name}`" for name in METHODS)
        raise BadRequest(
            2,
            f"Invalid request: unknown variant `{method}`, expected one of {expected} "
            f"at line 1 column {_column_after(text, str(method))}",
        )
    _check_id(request)
    return str(method)


def _column_after(text: bytes, value: str) -> int:
    return text.find(value.encode()) + len(value.encode()) + 1


def _check_id(request: dict[str, Any]) -> None:
    number = request.get("id", False)
    fits = number is None or (isinstance(number, int) and not isinstance(number, bool))
    if not fits and not (isinstance(number, str) and len(number) <= LONGEST_ID):
        raise BadRequest(2, "Invalid request: request ID must be an unsigned integer")


def _names(request: dict[str, Any]) -> list[str]:
    names = request.get("params")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadRequest(2, "Invalid request: params must be an array of stream names")
    return names


def _subscribe(request: dict[str, Any], session: Session) -> None:
    names = _names(request)
    if len({*session.streams, *names}) > session.stream_limit:
        # The documentation names the limit and not the refusal.
        raise BadRequest(
            2, f"Invalid request: more than {session.stream_limit} streams", id=request.get("id")
        )
    session.subscribe(names)


def _unsubscribe(request: dict[str, Any], session: Session) -> None:
    session.unsubscribe(_names(request))


def _list(request: dict[str, Any], session: Session) -> list[str]:
    if request.get("params"):
        raise BadRequest(2, "Invalid request: too many parameters")
    return list(session.streams)


def _property(request: dict[str, Any], values: int) -> list[Any]:
    params = request.get("params")
    if not isinstance(params, list) or not params or not isinstance(params[0], str):
        raise BadRequest(2, "Invalid request: property name must be a string")
    if len(params) > values:
        raise BadRequest(2, "Invalid request: too many parameters")
    if params[0] != "combined":
        raise BadRequest(0, "Unknown property", id=request.get("id"))
    return params


def _set_property(request: dict[str, Any], session: Session) -> None:
    params = _property(request, 2)
    if len(params) < 2 or not isinstance(params[1], bool):
        raise BadRequest(1, "Invalid value type: expected Boolean")
    session.combined = params[1]


def _get_property(request: dict[str, Any], session: Session) -> bool:
    _property(request, 1)
    return session.combined


HANDLERS: dict[str, Callable[[dict[str, Any], Session], object]] = {
    "SUBSCRIBE": _subscribe,
    "UNSUBSCRIBE": _unsubscribe,
    "LIST_SUBSCRIPTIONS": _list,
    "SET_PROPERTY": _set_property,
    "GET_PROPERTY": _get_property,
}
