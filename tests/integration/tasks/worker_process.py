"""A real Celery worker, as the Procfile starts it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.product import wait_for
from workers.store.heartbeats import load_heartbeats

ROOT = Path(__file__).parents[3]
UP_SECONDS = 60.0
STOP_SECONDS = 25.0


class WorkerProcess:
    """One worker; `with WorkerProcess(environ, "compute", "bars,analytics", log_path=...)`."""

    def __init__(self, environ: Mapping[str, str], name: str, queues: str, *, log_path: Path) -> None:
        self._environ, self._name, self._log = {**os.environ, **environ}, name, log_path
        words = ["-m", "celery", "-A", "workers.celery_app", "worker", "-n", f"{name}@test", "-Q", queues]
        quiet = ["--concurrency", "1", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
        self._command = [sys.executable, *words, *quiet]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "WorkerProcess":
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environ, stdout=log, stderr=log
            )
        wait_for(self._beats, UP_SECONDS, f"a sign of life of {self._name}")
        return self

    def __exit__(self, *_problem: object) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def words(self) -> str:
        """What it logged."""
        return self._log.read_text()

    def _beats(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.words[-2_000:]
        return any(beat.process == self._name and beat.pid == self._process.pid for beat in load_heartbeats())
