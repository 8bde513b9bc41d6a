"""An installation as docs/deployment describes it: further processes of each kind behind a real nginx."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.product import wait_for
from workers.local.http_check import status_of
from workers.local.nginx import find_nginx
from workers.local.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
GUIDE = ROOT / "docs" / "deployment"
STOP_SECONDS = 20.0
START_SECONDS = 60.0

AROUND = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Installation:
    """Processes by name; each is a line of the Procfile, started as the units start it."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.web_ports: dict[str, int] = {}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self._environ = {"PATH": path, "LOCAL_DIR": str(folder), "TMPDIR": str(folder), **environ}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_problem: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for name in list(self._processes):
            self._reap(name)

    def start(self, name: str, **more: str) -> None:
        """Start the process of that name; a number makes it a further one of its kind."""
        if name.startswith("web"):
            self.web_ports[name] = free_port()
            more["PORT"] = str(self.web_ports[name])
        self._spawn(name, [str(GUIDE / "run-line"), name], self._environ | more)

    def start_nginx(self) -> None:
        """Start nginx with the configuration of the guide, on these web processes."""
        (self.folder / "site.conf").write_text(self._site())
        configuration = self.folder / "nginx.conf"
        configuration.write_text(AROUND.format(folder=self.folder))
        self._spawn("nginx", [str(find_nginx()), "-c", str(configuration)], self._environ)
        wait_for(lambda: self.answers(self.port), START_SECONDS, f"nginx; {self.log('nginx')}")

    def answers(self, port: int) -> bool:
        """Whether a web process is up behind a port."""
        return status_of("127.0.0.1", port, "/api/health") == 200

    def kill(self, name: str) -> None:
        """End a process and its children at once."""
        os.killpg(self._processes[name].pid, signal.SIGKILL)
        self._processes.pop(name).wait(STOP_SECONDS)

    def log(self, name: str) -> str:
        """What a process logged."""
        path = self.folder / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def _site(self) -> str:
        """The guide's file with what differs here: addresses, and no certificate."""
        text = (GUIDE / "nginx.conf").read_text()
        ports = iter(self.web_ports.values())
        text, servers = re.subn(r"server 127\.0\.0\.1:\d+", lambda _: f"server 127.0.0.1:{next(ports)}", text)
        assert servers == len(self.web_ports)
        text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};").replace(" Secure;", "")
        return re.sub(r"^\s*ssl_.*$", "", text, flags=re.M)

    def _spawn(self, name: str, command: list[str], environ: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=dict(environ), stdout=log, stderr=log, start_new_session=True
            )

    def _reap(self, name: str) -> None:
        process = self._processes.pop(name)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
