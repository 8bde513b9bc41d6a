"""The line of a log that says why its process failed."""

import json
import re
from pathlib import Path

TAIL_BYTES = 64_000
MONGODB_SEVERE = ("F", "E")
# The last line of a traceback, or a line that calls itself an error.
TELLING = re.compile(r"^(\w+\.)*\w*(Error|Exception|NotFound)\b|\berror\b|\bcannot\b", re.IGNORECASE)
# gunicorn's last words, after the application has said why.
EMPTY_WORDS = re.compile(r"\[ERROR\] (Worker \(pid|Shutting down: Master|Reason: (App|Worker) failed)")
# What a settings check prints: the name of a variable and what is wrong with it.
SETTING = re.compile(r"^[A-Z][A-Z_]+: ")


def size_of(path: Path) -> int:
    """Its size in bytes, 0 when it does not exist."""
    return path.stat().st_size if path.exists() else 0


def text_since(path: Path, offset: int) -> str:
    """What was written after the offset; the end of it when that is long."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = offset if offset <= size else 0  # the log was rotated
        file.seek(max(start, size - TAIL_BYTES))
        return file.read().decode(errors="replace")


def telling_line(text: str) -> str:
    """The last line that explains a failure, else the last line at all.

    >>> telling_line("Traceback:\\nModuleNotFoundError: no x\\n[INFO] Shutting down: Master\\n")
    'ModuleNotFoundError: no x'
    """
    lines = [_readable(line) for line in text.splitlines() if line.strip() and not EMPTY_WORDS.search(line)]
    telling = [line for line in lines if SETTING.search(line) or TELLING.search(line)]
    return (telling or lines or ["its log is empty"])[-1].strip()


def _readable(line: str) -> str:
    """MongoDB writes JSON: its message, marked as an error where it is one."""
    try:
        entry = json.loads(line)
        message, severity = entry["msg"], entry["s"]
    except (ValueError, TypeError, KeyError):
        return line
    error = entry.get("attr", {}).get("error", "")
    return f"error: {message} {error}" if severity in MONGODB_SEVERE else str(message)
