"""A machine that is not fit is told so before anything is started."""

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from workers.local.errors import CannotStart
from workers.local.folder import LocalFolder
from workers.local.preflight import GIB, check_disk, check_port

Usage = namedtuple("Usage", "total used free")


def with_free_disk(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10 * GIB, 0, int(free)))


def test_a_full_disk_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with_free_disk(monkeypatch, 0.4 * GIB)
    with pytest.raises(CannotStart, match=r"0\.4 GB free .* make room"):
        check_disk(LocalFolder(tmp_path))


def test_a_nearly_full_disk_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_free_disk(monkeypatch, 1.5 * GIB)
    check_disk(LocalFolder(tmp_path))
    assert "Warning: only 1.5 GB free" in capsys.readouterr().err
    with_free_disk(monkeypatch, 3 * GIB)
    check_disk(LocalFolder(tmp_path))
    assert capsys.readouterr().err == ""


def test_a_taken_port_is_told_with_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=rf"PORT: {port} is in use .*: PORT=(\d+) make run") as caught:
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", int(str(caught.value).rpartition("PORT=")[2].split()[0]))
