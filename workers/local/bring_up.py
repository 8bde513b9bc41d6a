"""Starts parts and waits for each, with a line for the person at the terminal."""

import time
from collections.abc import Sequence

from workers.local.errors import CannotStart
from workers.local.log_tail import size_of, telling_line, text_since
from workers.local.part import Part
from workers.local.supervision import Supervisor
from workers.local.terminal import dotted, say
from workers.local.waiting import wait_until

FAILED_STATES = ("BACKOFF", "FATAL", "EXITED")


def bring_up(supervisor: Supervisor, parts: Sequence[Part]) -> None:
    """Starts the parts together, then waits for one after the other.

    Raises
    ------
    CannotStart
        One of them ended, or was not ready in time; the message holds the telling line of its log.
    """
    starts = [PartStart(supervisor, part) for part in parts]
    for start in starts:
        supervisor.start_part(start.part)
    for start in starts:
        say(dotted(start.part.title), end="")
        start.wait()
        say(f"ready ({start.seconds:.1f} s)")


class PartStart:
    """The start of one part: is it ready, or has it failed?"""

    def __init__(self, supervisor: Supervisor, part: Part) -> None:
        self.supervisor = supervisor
        self.part = part
        self.log = supervisor.folder.logs / f"{part.name}.log"
        self._written_before = size_of(self.log)
        self._started = time.monotonic()
        self._first_pid = 0

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self._started

    def wait(self) -> None:
        """Returns when the part is ready."""
        settled = wait_until(lambda: self._has_ended() or self._is_ready(), self.part.start_seconds)
        if not settled:
            self._fail(f"was not ready within {self.part.start_seconds:.0f} s")
        if self._has_ended():
            self._fail("ended")
        self.part.once_ready()

    def _is_ready(self) -> bool:
        if self.part.is_ready is not None:
            return self.part.is_ready()
        return self.supervisor.states()[self.part.name].name == "RUNNING"

    def _has_ended(self) -> bool:
        state = self.supervisor.states()[self.part.name]
        self._first_pid = self._first_pid or state.pid
        was_started_again = state.pid not in (0, self._first_pid)
        return was_started_again or state.name in FAILED_STATES

    def _fail(self, problem: str) -> None:
        say("failed")
        reason = telling_line(text_since(self.log, self._written_before))
        raise CannotStart(f"{self.part.title} {problem}: {reason}\n  its log: {self.log}")
