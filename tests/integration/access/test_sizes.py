"""What is too large or too many costs the server nothing (R43)."""

import gzip
import socket
import time
import urllib.request
from collections.abc import Iterator

import pytest

from tests.fault.measuring import Measured
from tests.integration.access.wires import (
    ask,
    get,
    handshake,
    memory_mb,
    new_cookie,
    request_lines,
    status_of,
    worker_of,
)
from tests.integration.web.web_process import WebProcess
from workers.access.tokens import make_token
from workers.settings import Settings
from workers.store.api_tokens import revoke_token

PATH = "/api/corr_heatmap"


@pytest.fixture
def key(web: WebProcess) -> Iterator[dict[str, str]]:
    """The header of a program."""
    text, made = make_token(f"sizes {time.monotonic_ns()}")
    yield {"Authorization": f"Bearer {text}"}
    revoke_token(made.name)


def _post(web: WebProcess, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(web.url + PATH, data=body, method="POST", headers=headers)
    request.add_header("Content-Type", "application/json")
    return ask(web, request)[0]


def test_a_body_that_is_too_large_is_refused_within_a_second(
    web: WebProcess, key: dict[str, str], measured: Measured
) -> None:
    began = time.monotonic()
    assert _post(web, b'{"symbols": ["' + b"A" * 1_100_000 + b'"]}', key) == 413
    took = time.monotonic() - began
    assert took <= 1.0
    assert _post(web, b'{"symbols": ["' + b"A" * 900_000 + b'"]}', key) in (400, 404)
    measured("R43", injected="a body of 1.1 MB", demanded="413 <= 1 s", found=f"413 after {took:.2f} s")


def test_a_body_without_a_length_is_cut_off_early(
    web: WebProcess, key: dict[str, str], measured: Measured
) -> None:
    before, sent, chunk = memory_mb(worker_of(web)), 0, b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as wire:
        headers = key | {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
        wire.sendall(request_lines(web, f"POST {PATH} HTTP/1.1", **headers))
        try:
            while sent < 50_000_000:
                wire.sendall(chunk)
                sent += len(chunk)
        except OSError:
            pass  # it is no longer read
    grown = memory_mb(worker_of(web)) - before
    assert sent < 20_000_000
    assert grown < 5
    assert get(web, "/api/health")[0] == 200
    found = f"cut after {sent / 1e6:.0f} MB, {grown:+.1f} MB of memory"
    measured("R43", injected="a body of 50 MB in chunks", demanded="cut, < 5 MB of memory", found=found)


def test_a_compressed_body_is_not_unpacked(web: WebProcess, key: dict[str, str], measured: Measured) -> None:
    bomb = gzip.compress(b'{"symbols": ["' + b" " * 100_000_000 + b'"]}', 9)
    before = memory_mb(worker_of(web))
    status = _post(web, bomb, key | {"Content-Encoding": "gzip"})
    grown = memory_mb(worker_of(web)) - before
    assert status in (400, 415)
    assert grown < 5
    found = f"{status}, {grown:+.1f} MB of memory"
    measured("R43", injected="100 MB in a body of 100 KB", demanded="refused, < 5 MB of memory", found=found)


def test_a_huge_message_ends_its_connection(
    web: WebProcess, closed_settings: Settings, measured: Measured
) -> None:
    wire, answer = handshake(web, **new_cookie(closed_settings))
    assert status_of(answer) == 101
    before, size, sent = memory_mb(worker_of(web)), 60_000_000, 0
    wire.sendall(b"\x81\xff" + size.to_bytes(8, "big") + bytes(4))
    try:
        while sent < size:
            sent += wire.send(b"4" * 65_536)
    except OSError:
        pass  # it is no longer read
    wire.close()
    grown = memory_mb(worker_of(web)) - before
    assert sent < size / 2
    assert grown < 5
    found = f"closed after {sent / 1e6:.1f} MB, {grown:+.1f} MB of memory"
    measured("R43", injected="a message of 60 MB", demanded="closed, < 5 MB of memory", found=found)


def test_five_hundred_connections_of_one_address_are_a_few(
    web: WebProcess, closed_settings: Settings, key: dict[str, str], measured: Measured
) -> None:
    limit, far = closed_settings.clients_per_address, {"X-Forwarded-For": "203.0.113.77"}
    opened = [handshake(web, **key, **far) for _ in range(500)]
    statuses = [status_of(answer) for _, answer in opened]
    began = time.monotonic()
    assert get(web, "/api/watchlist", **key)[0] == 200
    waited = time.monotonic() - began
    for wire, _ in opened:
        wire.close()
    assert statuses.count(101) == limit
    assert waited < 1.0
    found = f"{limit} let in, another request took {waited * 1000:.0f} ms"
    measured(
        "R43", injected="500 connections of one address", demanded=f"{limit}, others unaffected", found=found
    )
