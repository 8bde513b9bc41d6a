"""The web as it runs: gunicorn, websockets, Redis between the processes."""

import base64
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import socketio

from tests.integration.web.market_seed import seed_market, tick
from tests.integration.web.web_process import ROOT, WebProcess
from workers.local.waiting import wait_until
from workers.messages.market import quote_json
from workers.publish import publish
from workers.settings import Settings
from workers.store.heartbeats import load_heartbeats

TOPIC = "symbol:BTCUSDT"


@pytest.fixture(scope="module", autouse=True)
def market(web_settings: Settings) -> datetime:
    return seed_market()


@pytest.fixture
def reader(web: WebProcess) -> Iterator[socketio.SimpleClient]:
    with socketio.SimpleClient() as client:
        client.connect(web.url, transports=["websocket"])
        yield client


def _memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _worker(web: WebProcess) -> int:
    return int(Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()[0])


def _get(web: WebProcess, path: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(web.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _handshake(web: WebProcess, **headers: str) -> tuple[socket.socket, bytes]:
    """A websocket opened by hand; returns it with the first line of the answer."""
    wire = socket.create_connection(("127.0.0.1", web.port), timeout=20)
    lines = {
        "Host": f"127.0.0.1:{web.port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    } | headers
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    wire.sendall(f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{text}\r\n".encode())
    return wire, wire.recv(4_096).split(b"\r\n")[0]


def _quote(id: int) -> dict[str, Any]:
    return quote_json(
        "BTCUSDT", tick("BTCUSDT", id=id, price=60_000.0 + id, traded_at=datetime.now(UTC)), None
    )


def test_what_another_process_publishes_reaches_the_browser_with_its_number(
    reader: socketio.SimpleClient,
) -> None:
    answer = reader.call("watch", {"topic": TOPIC}, timeout=10)
    for id in (5_001, 5_002):
        publish({TOPIC: _quote(id)})
    first, second = (reader.receive(timeout=10) for _ in range(2))
    assert [event for event, _ in (first, second)] == ["update", "update"]
    assert [message["data"]["id"] for _, message in (first, second)] == [5_001, 5_002]
    assert second[1]["seq"] == first[1]["seq"] + 1
    assert first[1]["seq"] > answer["seq"]


def test_what_is_no_longer_watched_no_longer_comes(reader: socketio.SimpleClient) -> None:
    reader.call("watch", {"topic": TOPIC}, timeout=10)
    reader.call("unwatch", {"topic": TOPIC}, timeout=10)
    reader.call("watch", {"topic": "symbol:ETHUSDT"}, timeout=10)
    publish({TOPIC: _quote(6_001)})
    publish({"symbol:ETHUSDT": {"marker": True}})
    _, message = reader.receive(timeout=10)
    assert message["data"] == {"marker": True}


def test_the_state_of_the_whole_comes_by_itself(reader: socketio.SimpleClient) -> None:
    reader.call("watch", {"topic": "system"}, timeout=10)
    numbers = [reader.receive(timeout=10)[1]["seq"] for _ in range(2)]
    assert numbers[1] == numbers[0] + 1


def test_the_web_says_that_it_lives(web: WebProcess, web_settings: Settings) -> None:
    def beats() -> bool:
        return any(beat.process == "web" and beat.pid == _worker(web) for beat in load_heartbeats())

    assert wait_until(beats, 15)


def test_a_web_that_stops_takes_itself_off_the_list(web_environ: dict[str, str], tmp_path: Path) -> None:
    with WebProcess(web_environ, log_path=tmp_path / "web.log") as web:
        pid = _worker(web)
        assert wait_until(lambda: pid in {beat.pid for beat in load_heartbeats()}, 15)
    assert pid not in {beat.pid for beat in load_heartbeats()}


def test_a_foreign_host_is_refused_on_both_ways(web: WebProcess) -> None:
    assert _get(web, "/", Host="evil.org")[0] == 400
    assert _get(web, "/api/ohlc?symbol=BTCUSDT", Host=f"evil.org:{web.port}")[0] == 400
    wire, line = _handshake(web, Host="evil.org")
    wire.close()
    assert b" 400 " in line + b" "


def test_a_foreign_origin_is_refused_and_a_program_without_one_is_not(web: WebProcess) -> None:
    for origin, accepted in (
        ("http://evil.org", False),
        ("null", False),
        (f"http://127.0.0.1:{web.port + 1}", False),
        (web.url, True),
        (None, True),
    ):
        wire, line = _handshake(web, **({"Origin": origin} if origin else {}))
        wire.close()
        assert (b" 101 " in line) is accepted, (origin, line)


def test_a_huge_frame_is_refused_before_it_is_held(web: WebProcess) -> None:
    wire, line = _handshake(web)
    assert b" 101 " in line
    before = _memory_mb(_worker(web))
    size = 60_000_000
    wire.sendall(bytes([0x81, 0xFF]) + size.to_bytes(8, "big") + b"\x00\x00\x00\x00")
    sent = 0
    with pytest.raises(OSError):  # noqa: PT012 - the connection is cut while the frame is being sent
        while sent < size:
            sent += wire.send(b"4" * 65_536)
        assert wire.recv(4_096) == b""
        raise ConnectionResetError
    assert sent < size / 2
    assert _memory_mb(_worker(web)) - before < 20
    assert _get(web, "/api/health")[0] == 200


def test_a_client_that_does_not_read_is_cut(web: WebProcess) -> None:
    wire, line = _handshake(web)
    assert b" 101 " in line
    for text in (b"40", b'42["watch",{"topic":"' + TOPIC.encode() + b'"}]'):
        wire.sendall(bytes([0x81, 0x80 | len(text)]) + b"\x00\x00\x00\x00" + text)
    # Small buffers are not ours to set: large messages fill them soon enough.
    bulk: dict[str, object] = {"filling": os.urandom(30_000).hex()}

    def connected() -> int:
        publish(dict.fromkeys([TOPIC], bulk))
        beats = [beat for beat in load_heartbeats() if beat.process == "web" and beat.pid == _worker(web)]
        return int(beats[0].figures["clients"] or 0) if beats else -1

    assert wait_until(lambda: connected() >= 1, 15)
    for _ in range(600):
        publish({TOPIC: bulk})
    assert wait_until(lambda: connected() == 0, 30)
    wire.close()
    assert b"clients cut because they did not read" in web.log_path.read_bytes()


@pytest.mark.parametrize(
    ("part", "url"), [("mongodb", "mongodb://127.0.0.1:1"), ("redis", "redis://127.0.0.1:1/0")]
)
def test_a_lost_server_is_named_and_never_a_trace(
    web_environ: dict[str, str], tmp_path: Path, part: str, url: str
) -> None:
    variable = {"mongodb": "MONGO_URL", "redis": "REDIS_URL"}[part]
    with WebProcess(web_environ | {variable: url}, log_path=tmp_path / "web.log") as web:
        assert _get(web, "/api/health")[0] == 200
        status, body = _get(web, "/api/ready")
        assert (status, orjson.loads(body)["parts"][part]["ok"]) == (503, False)
        status, body = _get(web, "/api/ohlc?symbol=BTCUSDT")
        if part == "mongodb":
            assert (status, orjson.loads(body)["error"]["code"]) == (503, "mongodb_down")
            status, body = _get(web, "/market/BTCUSDT")
            assert status == 503
            assert b"does not answer" in body
        else:
            assert status == 200
        with socketio.SimpleClient() as reader:
            reader.connect(web.url, transports=["websocket"])
            answer = reader.call("watch", {"topic": TOPIC}, timeout=20)
            assert answer["error"]["code"] == f"{part}_down"
        assert b"Traceback" not in body


def test_without_a_secret_key_gunicorn_ends_with_the_sentence(
    web_environ: dict[str, str], tmp_path: Path
) -> None:
    environ = {**os.environ, **web_environ, "SECRET_KEY": ""}
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        "1",
        "--threads",
        "4",
        "--bind",
        "127.0.0.1:0",
        "wsgi:app",
    ]
    result = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode != 0
    assert "SECRET_KEY: the web signs with it" in result.stderr
