"""What the command says to the person at the terminal: one line of progress, rewritten in place."""

import os
import sys
import time

from workers.store.imports import FileImport

WRITTEN_AGAIN_SECONDS = 0.2
WRITTEN_AGAIN_ELSEWHERE_SECONDS = 5.0  # into a file: a line each


class ProgressLine:
    """The progress of one import."""

    def __init__(self) -> None:
        self._begun, self._rows_before, self._due = time.monotonic(), -1, 0.0
        self._in_place = sys.stderr.isatty()

    def show(self, row: FileImport) -> None:
        """How far it is; not more often than somebody reads."""
        now = time.monotonic()
        if self._rows_before < 0:
            self._begun, self._rows_before = now, row.rows
        if now < self._due:
            return
        self._due = now + (WRITTEN_AGAIN_SECONDS if self._in_place else WRITTEN_AGAIN_ELSEWHERE_SECONDS)
        rate = (row.rows - self._rows_before) / max(now - self._begun, 0.1)
        end = "" if self._in_place else "\n"
        name = os.path.basename(row.path)
        start = "\r\x1b[K" if self._in_place else ""
        sys.stderr.write(f"{start}{name}  {row.share:4.0%}  {row.rows:,} rows  {rate:,.0f} rows/s{end}")
        sys.stderr.flush()

    def end(self, row: FileImport) -> None:
        """What became of it."""
        sys.stderr.write("\r\x1b[K" if self._in_place else "")
        sys.stderr.flush()
        say(told(row))


def told(row: FileImport) -> str:
    """One line about an import, whatever its state."""
    name = os.path.basename(row.path)
    if row.state == "failed":
        return f"{name}: failed: {row.reason}"
    parts = [f"{row.rows:,} rows", f"{row.stored:,} stored", f"{row.repeats:,} were there already"]
    if row.standing:
        parts.append(f"{row.standing:,} have a bar made of trades")
    if row.passed_over:
        parts.append(f"{row.passed_over:,} hold no trade")
    parts.append(f"{row.quarantined:,} in quarantine")
    share = "" if row.state == "done" else f" at {row.share:.0%}"
    return f"{name}: {row.state}{share}: " + ", ".join(parts)


def say(text: str) -> None:
    """A line to the terminal; one that was closed is no reason to stop half-way."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
