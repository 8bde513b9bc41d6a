"""Runs an installer: what it says goes to a log, what it is busy with to the terminal."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.terminal import dotted, say

# pip's words for the package it is busy with.
BUSY_WITH = re.compile(r"^(?:Collecting|Downloading|Installing collected packages:) ?([A-Za-z0-9_.-]*)")
LAST_LINES = 5
LINE_WIDTH = 76


def run_logged(
    command: Sequence[str],
    log: Path,
    *,
    title: str,
    folder: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Runs the command to its end.

    Raises
    ------
    CannotStart
        It failed; the message holds the end of what it said, and the log's place.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        assert process.stdout is not None  # it was asked for
        for line in process.stdout:
            file.write(line)
            _show(title, line)
    _clear()
    if process.wait() != 0:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise CannotStart(f"{Path(command[0]).name} failed\n{end}\n  its log: {log}")


def _show(title: str, line: str) -> None:
    busy = BUSY_WITH.match(line)
    if busy and sys.stdout.isatty():
        say("\r" + (dotted(title) + busy.group(1)).ljust(LINE_WIDTH), end="")


def _clear() -> None:
    if sys.stdout.isatty():
        say("\r" + " " * LINE_WIDTH + "\r", end="")
