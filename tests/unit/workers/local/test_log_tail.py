"""Of a long log, the one line that says why."""

from pathlib import Path

from workers.local.log_tail import TAIL_BYTES, telling_line, text_since

GUNICORN = """\
[2026-11-22 08:00:00 +0000] [7] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "wsgi.py", line 3, in <module>
    from app import create_app
ModuleNotFoundError: No module named 'app'
[2026-11-22 08:00:00 +0000] [7] [INFO] Worker exiting (pid: 7)
[2026-11-22 08:00:00 +0000] [6] [INFO] Reason: Worker failed to boot.
"""
MONGOD = """\
{"t":{},"s":"E", "c":"STORAGE","id":1,"ctx":"i","msg":"WiredTiger error","attr":{"error":"No space left"}}
{"t":{},"s":"I", "c":"CONTROL","id":2,"ctx":"i","msg":"Shutting down"}
"""


def test_the_error_counts_and_not_what_follows_it() -> None:
    assert telling_line(GUNICORN) == "ModuleNotFoundError: No module named 'app'"


def test_mongodbs_json_becomes_a_sentence() -> None:
    assert telling_line(MONGOD) == "error: WiredTiger error No space left"


def test_a_bad_setting_is_told_as_it_was_said() -> None:
    assert telling_line("starting\nPORT: expected a whole number\nbye\n") == "PORT: expected a whole number"


def test_gunicorn_s_last_words_do_not_hide_the_application_s() -> None:
    words = "2026-11-22 ERROR app cannot use the database x: it is newer"
    after = ["Worker (pid:7) exited with code 4.", "Shutting down: Master", "Reason: App failed to load."]
    log = "\n".join([words, *(f"[2026-11-22 12:42:10 +0000] [1] [ERROR] {line}" for line in after)])
    assert telling_line(log) == words


def test_without_an_error_the_last_line_counts() -> None:
    assert telling_line("one\ntwo\n\n") == "two"
    assert telling_line("") == "its log is empty"


def test_only_what_was_written_since_is_read(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert text_since(log, 0) == ""
    log.write_text("old\nnew\n")
    assert text_since(log, 4) == "new\n"
    assert text_since(log, 400) == "old\nnew\n"  # rotated meanwhile
    log.write_text("x" * (TAIL_BYTES + 10))
    assert len(text_since(log, 0)) == TAIL_BYTES
