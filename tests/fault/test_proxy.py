"""The proxy does to a connection what its switches say."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.fault.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(client,), daemon=True).start()

    def answer(client: socket.socket) -> None:
        with client, suppress(ConnectionResetError):
            while piece := client.recv(65_536):
                client.sendall(piece)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with Proxy("127.0.0.1", echo) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5.0) as client:
        yield client


def echoed(client: socket.socket, words: bytes) -> bytes:
    client.sendall(words)
    return client.recv(65_536)


def test_it_passes_on(proxy: Proxy, client: socket.socket) -> None:
    assert echoed(client, b"abc") == b"abc"
    assert proxy.accepted == 1


def test_a_black_hole_keeps_the_connection_open(proxy: Proxy, client: socket.socket) -> None:
    assert echoed(client, b"a") == b"a"
    proxy.black_hole = True
    client.settimeout(0.5)
    with pytest.raises(TimeoutError):
        echoed(client, b"b")
    proxy.black_hole = False
    client.settimeout(5.0)
    assert client.recv(10) == b"b"


def test_latency_delays(proxy: Proxy, client: socket.socket) -> None:
    proxy.latency_seconds = 0.2
    began = time.monotonic()
    assert echoed(client, b"a") == b"a"
    assert time.monotonic() - began >= 0.4


def test_bandwidth_is_bounded(proxy: Proxy, client: socket.socket) -> None:
    proxy.bytes_per_second = 20_000
    began = time.monotonic()
    client.sendall(bytes(10_000))
    received = 0
    while received < 10_000:
        received += len(client.recv(65_536))
    assert time.monotonic() - began >= 0.9


def test_what_is_sent_comes_in_slices(proxy: Proxy, client: socket.socket) -> None:
    proxy.slice_bytes = 3
    client.sendall(b"0123456789")
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < 10:
        pieces.append(client.recv(65_536))
    assert b"".join(pieces) == b"0123456789"
    assert len(pieces) > 1


def test_it_passes_freely_again(proxy: Proxy, client: socket.socket) -> None:
    proxy.black_hole, proxy.latency_seconds, proxy.bytes_per_second, proxy.slice_bytes = True, 9.0, 1.0, 1
    proxy.pass_freely()
    assert echoed(client, b"abc") == b"abc"


def test_a_reset_is_felt_as_one(proxy: Proxy, client: socket.socket) -> None:
    assert echoed(client, b"a") == b"a"
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_a_cut_ends_in_order(proxy: Proxy, client: socket.socket) -> None:
    assert echoed(client, b"a") == b"a"
    proxy.cut()
    assert client.recv(1) == b""


def test_a_stranded_connection_passes_nothing_and_a_new_one_does(proxy: Proxy, client: socket.socket) -> None:
    assert echoed(client, b"a") == b"a"
    proxy.strand()
    client.settimeout(0.3)
    with pytest.raises(TimeoutError):
        echoed(client, b"b")
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as other:
        assert echoed(other, b"c") == b"c"
