"""The real web process: gunicorn on a free port, as the Procfile starts it."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from workers.local.ports import free_port
from workers.local.waiting import wait_until

ROOT = Path(__file__).parents[3]
START_SECONDS = 30.0
STOP_SECONDS = 15.0


class WebProcess:
    """One gunicorn; `with WebProcess(environ) as web: ... web.url`."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        port: int | None = None,
        threads: int = 100,
        application: str = "wsgi:app",
        log_path: Path,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = log_path
        self._threads, self._application = threads, application
        self._environ = {**os.environ, **environ, "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "WebProcess":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of gunicorn's arbiter."""
        assert self._process is not None
        return self._process.pid

    @property
    def worker_pid(self) -> int:
        """Of the process that answers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0])

    def start(self) -> None:
        """Start, and return when it answers."""
        command = [sys.executable, "-m", "gunicorn", "--workers", "1", "--threads", str(self._threads)]
        command += ["--graceful-timeout", "2", "--bind", f"127.0.0.1:{self.port}", self._application]
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environ, stdout=log, stderr=log, start_new_session=True
            )
        if not wait_until(self._answers, START_SECONDS):
            raise TimeoutError(f"the web does not answer at {self.url}: {self.log_path.read_text()[-2_000:]}")

    def stop(self) -> None:
        """Stop as a supervisor would; kill what does not go."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log_path.read_text()[-2_000:]
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
