"""Ctrl-C and its relatives, turned into one orderly stop."""

import signal
from types import FrameType

from workers.local.terminal import say


class Stopped(BaseException):
    """Raised when a person or the system asks the launcher to stop."""


class StopSignals:
    """The first signal raises Stopped in the main thread; later ones ask for patience."""

    def __init__(self) -> None:
        self.stopping = False

    def listen(self) -> None:
        """Takes over SIGINT, SIGTERM and SIGHUP (that one not under nohup)."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            under_nohup = number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN
            if not under_nohup:
                signal.signal(number, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            say("Still stopping: every part gets its time to save what it holds ...")
            return
        self.stopping = True
        raise Stopped
