"""A file on the wire: taken piece by piece, from who may change something, and given up when it stalls."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from app.imports import receiving
from tests.integration.access.wires import memory_mb, request_lines, worker_of
from tests.integration.web.web_process import WebProcess
from workers.access.tokens import make_token
from workers.imports.uploads import upload_folder
from workers.local.waiting import wait_until
from workers.settings import Settings, settings_from, use_settings

LARGEST = 60_000_000
LINE = b'{"symbol":"wireusdt","ts":"2024-08-08T00:00:00Z","price":1,"size":1}\n'
PATH = "/api/imports?name=wire.ndjson"
KIND = {"Content-Type": receiving.MEDIA_TYPE}


@pytest.fixture(scope="module")
def web_settings(
    web_environ: dict[str, str],
    mongo_client: MongoClient[dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Files of 60 MB may be sent."""
    folder: Path = tmp_path_factory.mktemp("uploads")
    web_environ |= {"UPLOAD_DIR": str(folder), "UPLOAD_MB": str(LARGEST // 1_000_000)}
    with use_settings(settings_from(web_environ)) as settings:
        yield settings
        mongo_client.drop_database(settings.database)


def send(web: WebProcess, pieces: Iterator[bytes], **headers: str) -> bytes:
    """The beginning of the answer."""
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as wire:
        wire.sendall(request_lines(web, f"POST {PATH} HTTP/1.1", **KIND, **headers))
        try:
            for piece in pieces:
                wire.sendall(piece)
        except OSError:
            pass  # it is no longer read
        return wire.recv(16)


def chunks(count: int) -> Iterator[bytes]:
    """A body without a length, so many times 64 KB."""
    body = (LINE * 1_000)[:65_536]
    for _ in range(count):
        yield b"10000\r\n" + body + b"\r\n"
    yield b"0\r\n\r\n"


def test_a_large_file_is_on_the_disk_and_not_in_memory(web: WebProcess, web_settings: Settings) -> None:
    send(web, iter([LINE]), **{"Content-Length": str(len(LINE))})
    before = memory_mb(worker_of(web))
    assert b" 201 " in send(web, chunks(900), **{"Transfer-Encoding": "chunked"})
    assert memory_mb(worker_of(web)) - before < 15
    assert max(path.stat().st_size for path in upload_folder().glob("*/*")) == 900 * 65_536


def test_a_body_without_a_length_ends_at_the_limit(web: WebProcess, web_settings: Settings) -> None:
    count = len(list(upload_folder().iterdir()))
    assert b" 413 " in send(web, chunks(1_000), **{"Transfer-Encoding": "chunked"})
    assert len(list(upload_folder().iterdir())) == count


def test_of_a_file_that_does_not_come_whole_nothing_is_kept(web: WebProcess, web_settings: Settings) -> None:
    count = len(list(upload_folder().iterdir()))
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as wire:
        lines = request_lines(web, f"POST {PATH} HTTP/1.1", **KIND, **{"Content-Length": "1000000"})
        wire.sendall(lines + LINE)
        assert wait_until(lambda: len(list(upload_folder().iterdir())) > count, 5.0)
    assert wait_until(lambda: len(list(upload_folder().iterdir())) == count, 5.0)


def test_a_sender_that_falls_silent_is_given_up(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "STALL_SECONDS", 0.2)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        theirs.sendall(LINE)
        wire = {"gunicorn.socket": ours, "wsgi.input": body, "CONTENT_LENGTH": "1000000"}
        began = time.monotonic()
        answer = client.post(PATH, content_type=receiving.MEDIA_TYPE, environ_overrides=wire)
        assert time.monotonic() - began < 5
        assert (answer.status_code, "nothing came" in answer.json["error"]["message"]) == (400, True)
        assert ours.recv(10) == b""  # what else it sends is not waited for
    assert list(upload_folder().iterdir()) == []


def test_a_token_that_may_only_read_sends_nothing(client: FlaskClient) -> None:
    reads, _ = make_token("reads", can_change=False)
    changes, _ = make_token("changes", can_change=True)
    for text, status in ((reads, 403), (changes, 201)):
        key = {"Authorization": f"Bearer {text}"}
        answer = client.post(PATH, data=LINE, content_type=receiving.MEDIA_TYPE, headers=key)
        assert answer.status_code == status
