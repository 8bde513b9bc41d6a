"""More live connections from this machine than the server has threads: it still answers (R43)."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.access.live_door import MOST_OF_THIS_MACHINE
from app.live import MAX_CLIENTS
from tests.fault.measuring import Measured
from tests.integration.access.wires import CONNECT, frame, get, handshake, memory_mb, status_of, worker_of
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings

THREADS = 400  # as in the Procfile
WANTED = 500


@pytest.fixture
def open_web(web_environ: dict[str, str], closed_settings: Settings, tmp_path: Path) -> Iterator[WebProcess]:
    """The web as on one's own machine, without a password."""
    environ = web_environ | {"PASSWORD_FILE": "", "TRUSTED_PROXIES": ""}
    with WebProcess(environ, threads=THREADS, log_path=tmp_path / "web.log") as web:
        yield web


@pytest.mark.soak
def test_five_hundred_connections_of_this_machine(open_web: WebProcess, measured: Measured) -> None:
    before = memory_mb(worker_of(open_web))
    opened = [handshake(open_web) for _ in range(WANTED)]
    try:
        statuses = [status_of(answer) for _, answer in opened]
        for (wire, _), status in zip(opened, statuses, strict=True):
            if status == 101:
                wire.sendall(frame(CONNECT))
        let_in = sum(
            _is_let_in(wire) for (wire, _), status in zip(opened, statuses, strict=True) if status == 101
        )
        slowest = max(_seconds_of(open_web) for _ in range(50))
        grown = memory_mb(worker_of(open_web)) - before
    finally:
        for wire, _ in opened:
            wire.close()
    assert statuses.count(101) == MOST_OF_THIS_MACHINE
    assert let_in == MAX_CLIENTS
    assert slowest < 1.0
    found = f"{let_in} let in, requests <= {slowest * 1000:.0f} ms, {grown:+.0f} MB"
    measured(
        "R43", injected="500 connections of this machine", demanded="others answered <= 1 s", found=found
    )


@pytest.mark.soak
def test_ten_floods_at_once_leave_the_others_alone(open_web: WebProcess, measured: Measured) -> None:
    """Ten clients send as fast as they can and come again when they are cut, for a minute."""
    until, cuts = time.monotonic() + 60.0, []

    def flood() -> None:
        while time.monotonic() < until:
            wire, _ = handshake(open_web)
            wire.sendall(frame(CONNECT))
            try:
                while time.monotonic() < until:
                    wire.sendall(frame(b'42["clock",{}]') * 200)
            except OSError:
                cuts.append(time.monotonic())
            wire.close()

    floods = [threading.Thread(target=flood) for _ in range(10)]
    before = memory_mb(worker_of(open_web))
    for each in floods:
        each.start()
    waits = []
    while time.monotonic() < until:
        waits.append(_seconds_of(open_web))
    for each in floods:
        each.join()
    waits.sort()
    grown = memory_mb(worker_of(open_web)) - before
    assert len(cuts) > 100
    assert waits[int(len(waits) * 0.99)] < 2.0
    assert grown < 60
    p99 = waits[int(len(waits) * 0.99)] * 1000
    found = f"{len(cuts)} cut, requests p99 {p99:.0f} ms, {grown:+.0f} MB"
    measured("R43", injected="ten floods for a minute", demanded="others p99 <= 2 s, < 60 MB", found=found)


def _is_let_in(wire: socket.socket) -> bool:
    """Whether the answer to a Socket.IO connect, behind the greeting of Engine.IO, takes it."""
    told = b""
    while b"40{" not in told and b"44{" not in told:
        part = wire.recv(4_096)
        if not part:
            return False
        told += part
    return b"40{" in told


def _seconds_of(web: WebProcess) -> float:
    began = time.monotonic()
    assert get(web, "/api/watchlist")[0] == 200
    return time.monotonic() - began
