"""One server process: started, watched and stopped by the process that needs it."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from workers.local.errors import CannotStart
from workers.local.parent_death import end_with_parent
from workers.local.waiting import wait_until

STOP_SECONDS = 15.0
LAST_LINES = 20


class ServerProcess:
    """A child process whose output goes to a file; it ends when its parent does."""

    def __init__(self, name: str, command: Sequence[str], log_path: Path) -> None:
        self.name = name
        self.command = list(command)
        self.log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, is_ready: Callable[[], bool], seconds: float) -> None:
        """Starts the process and waits until it answers.

        Raises
        ------
        CannotStart
            It ended, or did not answer in time.
        """
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=end_with_parent,
                process_group=0,  # Ctrl-C is its parent's; who uses the server first comes to an end
            )
        answered = wait_until(lambda: not self.running or is_ready(), seconds)
        if not (answered and self.running):
            self.stop()
            raise CannotStart(f"{self.name} did not start: {last_lines(self.log_path)}")

    def stop(self) -> None:
        """Asks the process to end and waits; kills it when it takes too long."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it is held."""
        return self._process.pid if self._process else None


def last_lines(path: Path, count: int = LAST_LINES) -> str:
    """The end of a log file."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
