"""The Procfile: what it may say, and what ours says."""

from pathlib import Path

import pytest

from workers.local.errors import CannotStart
from workers.local.folder import PROJECT
from workers.local.procfile import procfile_parts, read_procfile


def test_ours_names_the_six_processes_and_nothing_else() -> None:
    names = [name for name, _ in read_procfile(PROJECT / "Procfile")]
    assert names == ["web", "stream", "compute", "asked", "batch", "beat"]


def test_the_web_is_one_process_and_the_stream_holds_its_worker() -> None:
    commands = dict(read_procfile(PROJECT / "Procfile"))
    assert "--workers 1 " in commands["web"]
    assert "--hold-stream" in commands["stream"]
    assert "--pool solo" in commands["stream"]
    assert "--no-control-socket" in commands["web"]  # gunicorn would share one between two clones


def test_comments_and_empty_lines_are_skipped(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("# the product\n\nweb: serve --port $PORT\n")
    assert read_procfile(file) == [("web", "serve --port $PORT")]


def test_a_line_that_is_none_is_quoted(tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text("web serve\n")
    with pytest.raises(CannotStart, match="web serve"):
        read_procfile(file)


def test_a_celery_worker_is_ready_when_it_says_so_in_this_run(tmp_path: Path) -> None:
    log = tmp_path / "batch.log"
    log.write_text("batch@host ready.\n")  # yesterday's
    procfile = tmp_path / "Procfile"
    procfile.write_text("batch: celery -A workers.celery_app worker\n")
    (part,) = procfile_parts(procfile, tmp_path, "127.0.0.1", 1)
    assert part.is_ready is not None
    assert not part.is_ready()
    with log.open("a") as file:
        file.write("[INFO] batch@host ready.\n")
    assert part.is_ready()
