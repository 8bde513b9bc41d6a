"""A real launcher in a folder of its own, for the tests of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from workers.local.folder import LocalFolder
from workers.local.leftovers import processes_of
from workers.local.ports import free_port
from workers.local.waiting import wait_until

UP_SECONDS = 120.0  # on a busy machine
DOWN_SECONDS = 60.0
RUNNING_LINE = "GemsCap Quant is running"
# A web server that answers at once, and a process with a child that does nothing.
WEB = 'web: python -m http.server --bind 127.0.0.1 --directory "$LOCAL_DIR/run" $PORT'
STREAM = "stream: sh -c 'env > \"$LOCAL_DIR/stream.env\"; sleep 1000 & wait'"


class Launched:
    """`python -m workers.local.launch` as a child; its words are collected in a file."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        lines: tuple[str, ...] = (WEB, STREAM),
        *,
        live: bool = True,
    ) -> None:
        self._live = live
        self.folder = LocalFolder(root)
        self.port = int(environ.get("PORT") or free_port())
        self.procfile = root.with_name(root.name + ".procfile")
        self.procfile.parent.mkdir(parents=True, exist_ok=True)
        self.procfile.write_text("\n".join(lines) + "\n")
        self.output = root.with_name(root.name + ".output")
        self.environ = {"LOCAL_DIR": str(root), "PORT": str(self.port), **_plain_environment(), **environ}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "workers.local.launch", "--procfile", str(self.procfile)]
        command += ["--live"] if self._live else []
        with self.output.open("wb") as output:
            return subprocess.Popen(
                command, env=self.environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def words(self) -> str:
        return self.output.read_text()

    def wait_until_running(self) -> None:
        wait_until(lambda: RUNNING_LINE in self.words or self.process.poll() is not None, UP_SECONDS)
        assert RUNNING_LINE in self.words, self.words

    def wait_until_ended(self) -> int:
        """Its exit code."""
        return self.process.wait(DOWN_SECONDS)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.wait_until_ended()

    def pid_of(self, part: str) -> int:
        """The part's own process: a child of supervisord whose command holds the word."""
        found = [
            pid for pid in self.processes if part in command_of(pid) and parent_of(pid) == self.supervisor
        ]
        return found[0] if found else 0

    def kill_part(self, part: str) -> int:
        """Ends the part without warning; its process id."""
        pid = self.pid_of(part)
        assert pid, f"{part} does not run: {[command_of(pid) for pid in self.processes]}"
        os.kill(pid, signal.SIGKILL)
        return pid

    @property
    def supervisor(self) -> int:
        return int((self.folder.run / "supervisord.pid").read_text())

    @property
    def processes(self) -> list[int]:
        """Everything that belongs to the run, apart from the launcher itself."""
        return processes_of(self.folder)

    def clean_up(self) -> None:
        """Whatever a failed test has left."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.processes:
            os.kill(pid, signal.SIGKILL)


def _plain_environment() -> dict[str, str]:
    ours = ("MONGO_URL", "REDIS_URL", "REPLAY", "SOURCE", "BINANCE_WS_URL", "BINANCE_REST_URL", "HOST")
    return {name: value for name, value in os.environ.items() if name not in ours}


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
