"""Who may open a live connection, and how much of it one client may have (R42, R43)."""

import contextlib
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import socketio

from tests.fault.measuring import Measured
from tests.integration.access.wires import (
    CONNECT,
    ask,
    frame,
    get,
    handshake,
    memory_mb,
    new_cookie,
    status_of,
    worker_of,
)
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.web_process import WebProcess
from workers.access.tokens import make_token
from workers.local.waiting import wait_until
from workers.settings import Settings
from workers.store.api_tokens import revoke_token
from workers.store.database import collection
from workers.store.sessions import end_other_sign_ins

Opened = Callable[..., tuple[socket.socket, str]]
CUT_SECONDS = 6.0
FLOOD_HZ = 10_000
FAR = "203.0.113.{}"


@pytest.fixture
def opened(web: WebProcess) -> Iterator[Opened]:
    """Opens websockets by hand and closes them."""
    wires = []

    def open_one(**headers: str) -> tuple[socket.socket, str]:
        wire, answer = handshake(web, **headers)
        wires.append(wire)
        return wire, answer

    yield open_one
    for wire in wires:
        wire.close()


@pytest.fixture
def token(web: WebProcess) -> Iterator[str]:
    """A program's token."""
    text, made = make_token(f"reader {time.monotonic_ns()}")
    yield text
    revoke_token(made.name)


def _is_cut(wire: socket.socket, seconds: float = CUT_SECONDS) -> bool:
    """Whether the server ends the connection by itself; what it says before is read."""
    wire.settimeout(0.2)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(TimeoutError):
            try:
                if wire.recv(65_536) == b"":
                    return True
            except ConnectionError:
                return True
    return False


def test_nothing_is_opened_without_a_session_or_a_token(
    web: WebProcess, closed_settings: Settings, opened: Opened, token: str, measured: Measured
) -> None:
    cookie, (old, made) = new_cookie(closed_settings), make_token(f"expired {time.monotonic_ns()}", days=1)
    expired = {"$set": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}}
    collection("api_tokens").update_one({"_id": made.name}, expired)
    tried = {
        "nothing": ({}, 401),
        "own origin, nothing else": ({"Origin": web.url}, 401),
        "a made-up session": ({"Cookie": "gemscap_session=" + "a" * 43}, 401),
        "a made-up token": ({"Authorization": "Bearer gemscap_" + "a" * 43}, 401),
        "an expired token": ({"Authorization": f"Bearer {old}"}, 401),
        "a session": (cookie | {"Origin": web.url}, 101),
        "a token": ({"Authorization": f"Bearer {token}"}, 101),
        "a session of another site": (cookie | {"Origin": "http://evil.example"}, 400),
        "a session of a file": (cookie | {"Origin": "null"}, 400),
    }
    found = {name: status_of(opened(**headers)[1]) for name, (headers, _) in tried.items()}
    assert found == {name: status for name, (_, status) in tried.items()}
    measured(
        "R42", injected="websocket without or with a wrong sign-in", demanded="refused", found=str(found)
    )


def test_nor_by_polling(web: WebProcess, closed_settings: Settings) -> None:
    path = "/socket.io/?EIO=4&transport=polling"
    cookie = new_cookie(closed_settings)
    assert get(web, path)[0] == 401
    assert get(web, path, **cookie, Origin="http://evil.example")[0] == 400
    assert get(web, path + "&j=0", **cookie)[0] == 401, "a script element of another site could read it"
    assert get(web, path, **cookie, **{"Sec-Fetch-Site": "cross-site"})[0] == 401
    status, body = get(web, path, **cookie)
    assert status == 200
    session = body.decode().partition('"sid":"')[2].partition('"')[0]
    foreign = urllib.request.Request(f"{web.url}{path}&sid={session}", data=b"40", method="POST")
    foreign.add_header("Origin", "http://evil.example")
    assert ask(web, foreign)[0] == 400


def test_an_unknown_topic_is_no_room_also_for_who_signed_in(
    web: WebProcess, closed_settings: Settings
) -> None:
    seed_symbols()
    with socketio.SimpleClient() as reader:
        reader.connect(web.url, headers=new_cookie(closed_settings), transports=["websocket"])
        for topic in ("account:1", "trading", "symbol:NOSUCH", "bars:BTCUSDT:1m:x", "system "):
            assert reader.call("watch", {"topic": topic}, timeout=10)["error"]["code"] == "unknown_topic"
        assert "data" in reader.call("watch", {"topic": "system"}, timeout=10)


def test_who_is_signed_out_is_cut_off(
    web: WebProcess, closed_settings: Settings, opened: Opened, token: str, measured: Measured
) -> None:
    out, first = opened(**new_cookie(closed_settings))
    stays, second = opened(Authorization=f"Bearer {token}")
    assert (status_of(first), status_of(second)) == (101, 101)
    for wire in (out, stays):
        wire.sendall(frame(CONNECT))
    began = time.monotonic()
    end_other_sign_ins("nobody")
    assert _is_cut(out)
    took = time.monotonic() - began
    assert not _is_cut(stays, 0.5)
    measured("R42", injected="signed out while connected", demanded="<= 6 s", found=f"cut after {took:.1f} s")


def test_a_revoked_token_is_cut_off(web: WebProcess, opened: Opened) -> None:
    text, made = make_token("to be revoked")
    wire, answer = opened(Authorization=f"Bearer {text}")
    assert status_of(answer) == 101
    assert not _is_cut(wire, 0.5)
    revoke_token(made.name)
    assert _is_cut(wire)


def test_one_address_has_so_many_connections_and_others_have_theirs(
    web: WebProcess, closed_settings: Settings, opened: Opened, token: str, measured: Measured
) -> None:
    limit = closed_settings.clients_per_address
    key = {"Authorization": f"Bearer {token}"}
    statuses = [status_of(opened(**key, **{"X-Forwarded-For": FAR.format(7)})[1]) for _ in range(limit + 3)]
    assert statuses == [101] * limit + [401] * 3
    assert status_of(opened(**key, **{"X-Forwarded-For": FAR.format(8)})[1]) == 101
    said = {"X-Forwarded-For": f"198.51.100.1, {FAR.format(7)}"}  # the first is the client's own word
    assert status_of(opened(**key, **said)[1]) == 401
    found = f"{statuses.count(101)} of {len(statuses)} let in, another address too"
    measured("R43", injected=f"{len(statuses)} connections of one address", demanded=f"{limit}", found=found)


def test_a_connection_that_ended_makes_room(web: WebProcess, opened: Opened, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": FAR.format(9)}
    wires = [opened(**headers)[0] for _ in range(5)]
    assert status_of(opened(**headers)[1]) == 401
    wires[0].close()
    assert wait_until(lambda: status_of(opened(**headers)[1]) == 101, 10)


@pytest.mark.parametrize(
    "event",
    [
        b'42["clock",{}]',
        b'42["nobody knows this",{}]',
        b"41",
        b'420["watch",{"topic":"system"}]',
        b"4x",
        b"3",
    ],
)
def test_a_flood_is_cut_within_two_seconds_and_others_notice_nothing(
    web: WebProcess, closed_settings: Settings, opened: Opened, measured: Measured, event: bytes
) -> None:
    with socketio.SimpleClient() as other:
        other.connect(web.url, headers=new_cookie(closed_settings), transports=["websocket"])
        wire, _ = opened(**new_cookie(closed_settings))
        wire.sendall(frame(CONNECT))
        before, began, sent = memory_mb(worker_of(web)), time.monotonic(), 0
        with contextlib.suppress(OSError):
            while time.monotonic() < began + CUT_SECONDS and sent < 60_000:
                wire.sendall(frame(event) * 100)
                sent += 100
        sending = time.monotonic() - began
        assert _is_cut(wire)
        took = time.monotonic() - began
        assert took <= 2.0
        assert sent / sending >= FLOOD_HZ
        assert "server_time_ms" in other.call("clock", {}, timeout=2)
        assert memory_mb(worker_of(web)) - before < 10
    found = f"cut after {took:.2f} s, {sent} sent, {sent / sending:,.0f} a second"
    measured("R43", injected=f"a flood of {event.decode()}", demanded="cut <= 2 s", found=found)


def test_who_keeps_to_the_limit_is_left_alone(web: WebProcess, closed_settings: Settings) -> None:
    """The negative control: a page that comes back and joins all its topics at once."""
    with socketio.SimpleClient() as reader:
        reader.connect(web.url, headers=new_cookie(closed_settings), transports=["websocket"])
        for _ in range(70):
            reader.emit("clock", {})
        assert "server_time_ms" in reader.call("clock", {}, timeout=5)
