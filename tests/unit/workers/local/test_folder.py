"""The folder of the demo: closed to others, and one launcher's at a time."""

import stat
from pathlib import Path

import pytest

from workers.local.errors import CannotStart
from workers.local.folder import PROJECT, LocalFolder, local_folder


def test_the_default_lies_in_the_project_and_a_relative_name_too() -> None:
    assert local_folder({}).root == PROJECT / ".local"
    assert local_folder({"LOCAL_DIR": "other"}).root == PROJECT / "other"
    assert local_folder({"LOCAL_DIR": "/var/lib/demo"}).root == Path("/var/lib/demo")


def test_nobody_else_may_look_inside(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "new" / "local")
    folder.prepare()
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700
    assert sorted(entry.name for entry in folder.root.iterdir()) == ["data", "logs", "run", "secrets"]


def test_a_second_holder_is_refused_until_the_first_has_gone(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    with folder.lock(), pytest.raises(CannotStart, match="already running"), folder.lock():
        pass
    with folder.lock():
        pass


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match="LOCAL_DIR="):
        LocalFolder(tmp_path / "file" / "local").prepare()
