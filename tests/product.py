"""The whole product, started as a user starts it, for tests that look at it from outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from workers.local.ports import free_port
from workers.local.waiting import wait_until

UP_SECONDS = 90.0
DOWN_SECONDS = 40.0
RUNNING_LINE = "GemsCap Quant is running"
TIME = len("2026-11-22 08:00:00,000")  # a line of a log begins with it
LOADED = "history filled symbol="  # in the log, for each symbol before the capture and where it joins
JUDGED = "scan computed timeframe=1m"  # the last of what a start has to catch up with
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class Product:
    """`python -m workers.local.launch` with the real Procfile, on the servers of the test run."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = root.with_name(root.name + ".output")
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self.environ = kept | {"LOCAL_DIR": str(root), "PORT": str(self.port)} | dict(environ)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Product":
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.local.launch"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        wait_until(
            lambda: self.is_running or self._process is None or self._process.poll() is not None, UP_SECONDS
        )
        assert self.is_running, self.words
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stop()

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(DOWN_SECONDS)
        self._process = None
        return code

    @property
    def words(self) -> str:
        """What it told the terminal."""
        return self.output.read_text()

    @property
    def is_running(self) -> bool:
        """Whether it said so."""
        return RUNNING_LINE in self.words

    def log(self, name: str) -> str:
        """The log of one process."""
        return (self.root / "logs" / f"{name}.log").read_text()

    def api(self, path: str) -> Any:  # Any: whatever JSON it answers
        """What the API answers."""
        with urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)

    def figure(self, process: str, name: str) -> float:
        """A figure of the heartbeat of a process; 0 while there is none."""
        rows = [row for row in self.api("/api/system")["processes"] if row["process"] == process]
        return max((float(row["figures"].get(name) or 0.0) for row in rows), default=0.0)

    def has_caught_up(self) -> bool:
        """Whether the days before are loaded, and the market judged after that."""
        loaded = [line[:TIME] for line in self.log("batch").splitlines() if LOADED in line]
        judged = [line[:TIME] for line in self.log("compute").splitlines() if JUDGED in line]
        wanted = 2 * len(self.api("/api/watchlist")["symbols"])
        return len(loaded) >= wanted and bool(judged) and max(judged) > max(loaded)

    def pid_of(self, process: str) -> int:
        """The process of that name which beat last; 0 when none lives."""
        found = [row for row in self.api("/api/system")["processes"] if row["process"] == process]
        alive = [row for row in found if Path(f"/proc/{row['pid']}").exists()]
        return max(alive, key=lambda row: row["started_at"])["pid"] if alive else 0


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Waits until a condition holds and says how long that took; fails by name when it does not."""
    began = time.monotonic()
    assert wait_until(condition, seconds), f"within {seconds:.0f} s this did not come: {what}"
    return time.monotonic() - began
