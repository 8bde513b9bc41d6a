"""The rules of a connection: pings and pongs, incoming messages, streams, connects, and its end."""

import time

import pytest
import websocket

from tests.integration.exchange.running import Running, ask, is_closed_within, running

# Fifty times the speed of the exchange; pongs still stay below five frames a second.
FAST = ("--synthetic", "--ping-seconds", "0.4", "--pong-seconds", "1.2")


def ping_of(client: websocket.WebSocket) -> bytes:
    """The payload of the next ping; no pong is sent.

    Raises
    ------
    WebSocketConnectionClosedException
        The exchange ended the connection instead.
    """
    while True:
        code, frame = client.recv_data_frame(control_frame=True)
        if code == websocket.ABNF.OPCODE_PING:
            return bytes(frame.data)
        if code == websocket.ABNF.OPCODE_CLOSE:
            raise websocket.WebSocketConnectionClosedException("closed by the exchange")


class Unanswering(websocket.WebSocket):
    """A client that sends pongs only when told to."""

    def pong(self, payload: str | bytes = "") -> None:
        """Nothing by itself."""

    def answer(self, payload: bytes) -> None:
        """A pong."""
        self.send(payload, websocket.ABNF.OPCODE_PONG)


def unanswering(exchange: Running, path: str = "/ws") -> Unanswering:
    client = Unanswering(skip_utf8_validation=True)
    client.connect(exchange.ws_url + path, timeout=10)
    return client


def test_every_ping_has_another_payload() -> None:
    with running(*FAST) as exchange:
        client = unanswering(exchange)
        payloads = [ping_of(client) for _ in range(3)]
        assert len(set(payloads)) == 3


def test_a_client_that_answers_stays() -> None:
    with running(*FAST) as exchange:
        answer_every_ping(unanswering(exchange), None, 4.0)


def test_answering_the_latest_of_several_pings_is_enough() -> None:
    with running(*FAST) as exchange:
        client = unanswering(exchange)
        for _ in range(5):
            ping_of(client)
            client.answer(ping_of(client))


def test_a_client_that_does_not_answer_is_cut() -> None:
    with running(*FAST) as exchange:
        assert is_closed_within(unanswering(exchange), 3.0)


@pytest.mark.parametrize("payload", [b"", b"something else"], ids=["empty", "wrong"])
def test_pongs_that_match_no_ping_do_not_count(payload: bytes) -> None:
    with running(*FAST) as exchange:
        client = unanswering(exchange)
        started = time.monotonic()
        with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
            answer_every_ping(client, payload, 6.0)
        assert time.monotonic() - started >= 1.2


def answer_every_ping(client: Unanswering, payload: bytes | None, seconds: float) -> None:
    """Pongs with a payload of one's own, or with that of the ping (None), for some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        ping = ping_of(client)
        client.answer(ping if payload is None else payload)


@pytest.mark.parametrize("kind", ["text", "ping", "pong"])
def test_the_sixth_frame_within_a_second_ends_the_connection(exchange: Running, kind: str) -> None:
    client = exchange.connect("/ws")
    send = {
        "text": lambda: client.send('{"method":"LIST_SUBSCRIPTIONS","id":1}'),
        "ping": lambda: client.ping("x"),
        "pong": lambda: client.pong("x"),
    }[kind]
    for _ in range(6):
        send()
    assert is_closed_within(client, 5.0)


def test_five_frames_a_second_are_allowed(exchange: Running) -> None:
    client = exchange.connect("/ws")
    for _ in range(2):
        started = time.monotonic()
        for number in range(5):
            assert ask(client, "LIST_SUBSCRIPTIONS", number=number) == {"result": [], "id": number}
        while time.monotonic() - started < 1.05:
            time.sleep(0.01)
    assert ask(client, "LIST_SUBSCRIPTIONS", number=9) == {"result": [], "id": 9}


def test_the_1025th_stream_is_refused(exchange: Running) -> None:
    names = [f"s{number}usdt@trade" for number in range(1024)]
    client = exchange.connect("/stream?streams=" + "/".join(names))
    assert ask(client, "SUBSCRIBE", "btcusdt@trade")["code"] == 2
    assert len(ask(client, "LIST_SUBSCRIPTIONS", number=2)["result"]) == 1024
    with pytest.raises(websocket.WebSocketBadStatusException):
        exchange.connect("/stream?streams=" + "/".join([*names, "btcusdt@trade"]))


def test_the_301st_connect_is_refused_with_429() -> None:
    with running("--synthetic") as exchange:
        for _ in range(300):
            exchange.connect("/ws").shutdown()
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            exchange.connect("/ws")
        assert refused.value.status_code == 429


def test_the_request_weight_it_was_told_to_allow_is_named_and_kept() -> None:
    with running("--synthetic", "--weight-per-minute", "30") as exchange:
        limits = exchange.json("/api/v3/exchangeInfo")["rateLimits"]
        assert [row["limit"] for row in limits if row["rateLimitType"] == "REQUEST_WEIGHT"] == [30]
        asked = [
            exchange.get("/api/v3/exchangeInfo").status for _ in range(4)
        ]  # of 20 each; a minute may end
        assert 429 in asked


def test_a_connection_lives_as_long_as_it_may() -> None:
    with running("--synthetic", "--cut-seconds", "1.5") as exchange:
        started = time.monotonic()
        assert is_closed_within(exchange.connect("/ws/btcusdt@trade"), 10.0)
        assert time.monotonic() - started > 1.3
        assert exchange.connect("/ws").connected


def test_a_shutdown_is_announced_and_then_happens() -> None:
    with running("--synthetic", "--shutdown-after", "4", "--shutdown-lead", "1") as exchange:
        combined, raw = exchange.connect("/stream"), exchange.connect("/ws")
        notice = combined.recv()
        announced = time.monotonic()
        assert '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":' in str(notice)
        assert str(raw.recv()).startswith('{"e":"serverShutdown","E":')
        assert is_closed_within(combined, 10.0)
        assert time.monotonic() - announced > 0.5
        assert exchange.connect("/ws").connected
