"""A websocket by hand, to send what no client library would, and requests to a running web."""

import base64
import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

from app.access.sessions import COOKIE, begin_session
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings

CONNECT = b"40"  # Engine.IO message, Socket.IO connect


def new_cookie(settings: Settings) -> dict[str, str]:
    """The header of a browser that has just signed in."""
    id, _ = begin_session(settings, "127.0.0.1", "a test")
    return {"Cookie": f"{COOKIE}={id}"}


def request_lines(web: WebProcess, first: str, **headers: str) -> bytes:
    """The head of a request."""
    lines = {"Host": f"127.0.0.1:{web.port}"} | headers
    return (first + "".join(f"\r\n{name}: {value}" for name, value in lines.items()) + "\r\n\r\n").encode()


def handshake(web: WebProcess, **headers: str) -> tuple[socket.socket, str]:
    """Opens a websocket; the socket and what came back."""
    wire = socket.create_connection(("127.0.0.1", web.port), timeout=20)
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    address = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
    wire.sendall(request_lines(web, address, **upgrade, **headers))
    return wire, wire.recv(4_096).decode("latin-1")


def status_of(answer: str) -> int:
    """Of the first line of an answer."""
    return int(answer.split(" ", 2)[1])


def frame(text: bytes) -> bytes:
    """A text message as a client sends it, masked with zeros."""
    size = len(text)
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


def get(web: WebProcess, path: str, **headers: str) -> tuple[int, bytes]:
    """One request."""
    return ask(web, urllib.request.Request(web.url + path, headers=headers))


def ask(web: WebProcess, request: urllib.request.Request) -> tuple[int, bytes]:
    """One request, whatever its answer."""
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def worker_of(web: WebProcess) -> int:
    """The process that answers."""
    return int(Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()[0])


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
