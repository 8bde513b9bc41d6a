"""What the commands say: lines on standard output, a bar of progress on standard error."""

import os
import sys
import time
from types import TracebackType

WIDTH = 30  # characters
WRITTEN_AGAIN_SECONDS = 0.2
WRITTEN_AGAIN_ELSEWHERE_SECONDS = 5.0  # into a file: a line each


def say(text: str) -> None:
    """A line; a terminal that was closed is no reason to fail."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class ProgressBar:
    """How far a command is: rewritten in place on a terminal, a line now and then elsewhere."""

    def __init__(self, what: str) -> None:
        self._what, self._due = what, 0.0
        self._in_place = sys.stderr.isatty()

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._in_place:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def show(self, share: float, text: str = "") -> None:
        """So much of it is done, from 0 to 1."""
        now = time.monotonic()
        if now < self._due and share < 1:
            return
        self._due = now + (WRITTEN_AGAIN_SECONDS if self._in_place else WRITTEN_AGAIN_ELSEWHERE_SECONDS)
        start, end = ("\r\x1b[K", "") if self._in_place else ("", "\n")
        sys.stderr.write(f"{start}{bar_line(self._what, share, text)}{end}")
        sys.stderr.flush()


def bar_line(what: str, share: float, text: str = "") -> str:
    """The line as it is written.

    >>> bar_line("ticks", 0.5, "12 rows")
    'ticks [###############...............]  50%  12 rows'
    """
    share = min(1.0, max(0.0, share))
    full = round(WIDTH * share)
    return f"{what} [{'#' * full}{'.' * (WIDTH - full)}] {share:4.0%}  {text}".rstrip()
