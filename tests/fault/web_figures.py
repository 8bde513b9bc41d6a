"""Memory and threads of a running web process, from outside."""

import os
import threading
from pathlib import Path

from tests.integration.web.web_process import WebProcess

EVERY_SECONDS = 0.2


def memory_mb(web: WebProcess) -> float:
    """Of the process that answers."""
    return int((_worker(web) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def thread_count(web: WebProcess) -> int:
    """How many it has."""
    return len(list((_worker(web) / "task").iterdir()))


def _worker(web: WebProcess) -> Path:
    return Path(f"/proc/{web.worker_pid}")


class Peak:
    """The most memory a web process had while the block ran."""

    def __init__(self, web: WebProcess) -> None:
        self.before = self.most = memory_mb(web)
        self._web, self._ended = web, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._ended.set()
        self._thread.join(5)

    @property
    def grown_mb(self) -> float:
        """Against what it had before."""
        return self.most - self.before

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self.most = max(self.most, memory_mb(self._web))
