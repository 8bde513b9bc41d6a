"""Control messages and their answers, word for word as Binance documents them."""

from typing import Any

import orjson
import pytest

from workers.local.exchange.control import answer

VARIANTS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"


class Client:
    """A connection's state without a connection."""

    def __init__(self, *streams: str, stream_limit: int = 1024) -> None:
        self.combined = False
        self.streams: dict[str, None] = dict.fromkeys(streams)
        self.stream_limit = stream_limit

    def subscribe(self, names: list[str]) -> None:
        self.streams |= dict.fromkeys(names)

    def unsubscribe(self, names: list[str]) -> None:
        for name in names:
            self.streams.pop(name, None)


def sent(request: object, client: Client | None = None) -> dict[str, Any]:
    text = request if isinstance(request, bytes) else orjson.dumps(request)
    return answer(text, client or Client())


def test_subscribing_and_unsubscribing_change_the_list() -> None:
    client = Client()
    names = ["btcusdt@aggTrade", "btcusdt@depth"]
    assert sent({"method": "SUBSCRIBE", "params": names, "id": 1}, client) == {"result": None, "id": 1}
    assert sent({"method": "UNSUBSCRIBE", "params": names[1:], "id": 312}, client) == {
        "result": None,
        "id": 312,
    }
    assert sent({"method": "LIST_SUBSCRIPTIONS", "id": 3}, client) == {"result": names[:1], "id": 3}


def test_the_combined_property_is_set_and_read() -> None:
    client = Client()
    get = {"method": "GET_PROPERTY", "params": ["combined"], "id": 2}
    assert sent(get, client) == {"result": False, "id": 2}
    change = {"method": "SET_PROPERTY", "params": ["combined", True], "id": 5}
    assert sent(change, client) == {"result": None, "id": 5}
    assert sent(get, client) == {"result": True, "id": 2}


@pytest.mark.parametrize("number", [1, -5, 2**62, "a1B2", None])
def test_ids_may_be_integers_short_strings_or_null(number: object) -> None:
    assert sent({"method": "LIST_SUBSCRIPTIONS", "id": number}) == {"result": [], "id": number}


@pytest.mark.parametrize("number", [1.5, [1], {"a": 1}, True, "x" * 37])
def test_other_ids_are_refused(number: object) -> None:
    refused = {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}
    assert sent({"method": "LIST_SUBSCRIPTIONS", "id": number}) == refused
    assert sent({"method": "LIST_SUBSCRIPTIONS"}) == refused


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {"method": "GET_PROPERTY", "params": ["combine"], "id": 9},
            {"code": 0, "msg": "Unknown property", "id": 9},
        ),
        (
            {"method": "SET_PROPERTY", "params": ["combined", "true"], "id": 9},
            {"code": 1, "msg": "Invalid value type: expected Boolean"},
        ),
        (
            {"method": "SET_PROPERTY", "params": [7, True], "id": 9},
            {"code": 2, "msg": "Invalid request: property name must be a string"},
        ),
        (
            {"method": "GET_PROPERTY", "id": 9},
            {"code": 2, "msg": "Invalid request: property name must be a string"},
        ),
        (
            {"method": "GET_PROPERTY", "params": ["combined", True], "id": 9},
            {"code": 2, "msg": "Invalid request: too many parameters"},
        ),
        (
            b'{"method":"BOOK","params":[],"id":1}',
            {
                "code": 2,
                "msg": f"Invalid request: unknown variant `BOOK`, expected one of {VARIANTS}"
                " at line 1 column 16",
            },
        ),
        (
            b'{"params":["btcusdt@trade"],"id":1}',
            {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 35"},
        ),
        (b"subscribe", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 1"}),
    ],
)
def test_a_bad_request_gets_its_documented_answer(request_: object, expected: dict[str, Any]) -> None:
    assert sent(request_) == expected


def test_one_stream_too_many_is_refused_and_nothing_of_the_request_is_done() -> None:
    client = Client(*(f"s{number}@trade" for number in range(1023)))
    assert sent({"method": "SUBSCRIBE", "params": ["a@trade", "b@trade"], "id": 1}, client)["code"] == 2
    assert len(client.streams) == 1023
    assert sent({"method": "SUBSCRIBE", "params": ["a@trade"], "id": 2}, client) == {"result": None, "id": 2}
    assert sent({"method": "SUBSCRIBE", "params": ["a@trade"], "id": 3}, client) == {"result": None, "id": 3}
    assert sent({"method": "SUBSCRIBE", "params": ["b@trade"], "id": 4}, client)["code"] == 2
