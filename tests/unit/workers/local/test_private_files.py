"""Passwords: made once, kept, and readable to their owner alone."""

import stat
from pathlib import Path

from workers.local.private_files import kept_password, new_password, write_private


def test_a_password_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "redis"
    first = kept_password(path)
    assert len(first) >= 32
    assert kept_password(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_others_could_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "redis"
    path.write_text("known\n")
    path.chmod(0o644)
    assert kept_password(path) == "known"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_writing_replaces_the_whole_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "redis.conf"
    write_private(path, "a long first text")
    write_private(path, "short")
    assert path.read_text() == "short"
    assert list(tmp_path.iterdir()) == [path]


def test_no_two_passwords_are_alike() -> None:
    assert len({new_password() for _ in range(100)}) == 100
