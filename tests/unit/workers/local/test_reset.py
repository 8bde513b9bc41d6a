"""The demo's data goes only when somebody agrees, and never under a running demo."""

from pathlib import Path

import pytest

from workers.local import reset
from workers.local.folder import LocalFolder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalFolder:
    """A demo's folder with something in it."""
    local = LocalFolder(tmp_path / "local")
    local.prepare()
    (local.data / "ticks").write_text("precious")
    monkeypatch.setenv("LOCAL_DIR", str(local.root))
    monkeypatch.setattr("sys.argv", ["reset"])
    return local


def answering(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("builtins.input", lambda question: answer)


def test_it_asks_and_takes_no_for_an_answer(folder: LocalFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "")
    assert reset.main() == 0
    assert (folder.data / "ticks").exists()


def test_it_removes_the_data_when_told_to(folder: LocalFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "y")
    assert reset.main() == 0
    assert not folder.data.exists()


def test_it_refuses_while_the_demo_runs(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answering(monkeypatch, "y")
    with folder.lock():
        assert reset.main() == 1
    assert "already running" in capsys.readouterr().err
    assert (folder.data / "ticks").exists()
