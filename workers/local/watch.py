"""Watches over the running parts: says when one was started again, and sees that it is."""

import os
import signal
import time
from contextlib import suppress

from workers.local.errors import CannotStart
from workers.local.supervision import PartState, Supervisor
from workers.local.terminal import is_closed, say

INTERVAL_SECONDS = 0.5


def watch(supervisor: Supervisor) -> None:
    """Stays until a signal ends it, or the terminal is closed (under nohup that does not matter).

    Raises
    ------
    CannotStart
        The supervisor itself has ended.
    """
    known = supervisor.states()
    under_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    while under_nohup or not is_closed():
        time.sleep(INTERVAL_SECONDS)
        if not supervisor.alive:
            raise CannotStart(f"the supervisor ended unexpectedly; its log: {supervisor.folder.logs}")
        known = _compare(supervisor, known, supervisor.states())


def _compare(
    supervisor: Supervisor, known: dict[str, PartState], now: dict[str, PartState]
) -> dict[str, PartState]:
    for part in supervisor.parts:
        before, after = known[part.name], now[part.name]
        if before.pid and after.pid != before.pid:
            _end_group(before.pid)
            log = supervisor.folder.logs / f"{part.name}.log"
            say(f"{part.title} ended unexpectedly and is started again; its log: {log}")
        if after.name == "FATAL" and before.name != "FATAL":
            say(f"{part.title} does not start any more; tried again every few seconds")
        if after.name == "FATAL":
            supervisor.start_part(part)
    return now


def _end_group(pid: int) -> None:
    """Ends the children a killed process has left: its next life must not meet them."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
