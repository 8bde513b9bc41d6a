"""The supervisor that keeps the parts alive: its configuration, and how the launcher speaks to it."""

import os
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from workers.local import parent_death
from workers.local.errors import CannotStart
from workers.local.folder import PROJECT, LocalFolder
from workers.local.leftovers import MARK
from workers.local.log_tail import telling_line, text_since
from workers.local.parent_death import end_with_parent
from workers.local.part import Part
from workers.local.private_files import write_private
from workers.local.waiting import wait_until

START_SECONDS = 15.0
LONGEST_SOCKET_PATH = 90  # the kernel allows 107 bytes, supervisord appends its process id
OPEN_FILES = 4096

# Paths are relative to the run folder: the folder's own name may hold characters this format gives a
# meaning to. A failing part is started again after 1, 2, ... 10 seconds, then the launcher goes on.
CONFIGURATION = """\
[unix_http_server]
file={socket}
chmod=0600
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisord]
nodaemon=true
silent=true
nocleanup=true
minfds={open_files}
minprocs=64
pidfile=supervisord.pid
logfile=../logs/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
"""
PROGRAM = """\
[program:{part.name}]
command=/bin/sh {part.name}.sh
priority={priority}
autostart=false
autorestart=true
startsecs=1
startretries=10
umask=077
stopwaitsecs={part.stop_seconds}
killasgroup=true
redirect_stderr=true
stdout_logfile=../logs/{part.name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2
"""
# Stopped first, in reverse order of their priorities, without waiting for each other.
PRODUCT_GROUP = """\
[group:product]
priority=900
programs={names}
"""


@dataclass(frozen=True, slots=True)
class PartState:
    """What the supervisor says about a part."""

    name: str  # STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED, FATAL
    pid: int  # 0 while there is no process


class Supervisor:
    """A supervisord of our own. It ends when this process does, and its parts end with it."""

    def __init__(self, folder: LocalFolder, parts: Sequence[Part], environ: Mapping[str, str]) -> None:
        self.folder = folder
        self.parts = parts
        self.environ = {**environ, MARK: str(folder.root)}
        self._socket = _socket_path(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts supervisord, and none of the parts yet.

        Raises
        ------
        CannotStart
            It ended or did not answer.
        """
        self._write_files()
        # A session of its own: Ctrl-C in the terminal reaches the launcher alone.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-c", "supervisord.conf"],
            cwd=self.folder.run,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder.logs / "supervisord.out").open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )
        answered = wait_until(lambda: not self.alive or self._answers(), START_SECONDS)
        if not (answered and self.alive):
            reason = telling_line(text_since(self.folder.logs / "supervisord.out", 0))
            raise CannotStart(f"the supervisor did not start: {reason}")

    @property
    def alive(self) -> bool:
        """Whether supervisord runs."""
        return self._process is not None and self._process.poll() is None

    def start_part(self, part: Part) -> None:
        """Starts one part; does not wait for it."""
        self._call("startProcess", _full_name(part), False)

    def states(self) -> dict[str, PartState]:
        """What every part does, by its name."""
        answer: Any = self._call("getAllProcessInfo")  # Any: XML-RPC has no types
        return {info["name"]: PartState(info["statename"], info["pid"]) for info in answer}

    def stop(self) -> None:
        """Stops the product, then the servers, then supervisord, and waits for all of it."""
        if self._process is None:
            return
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(sum(part.stop_seconds for part in self.parts) + START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._socket.parent != self.folder.run:
            self._socket.parent.rmdir()

    def _answers(self) -> bool:
        try:
            self.states()
        except CannotStart:
            return False
        return True

    def _call(self, method: str, *arguments: object) -> object:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            with ServerProxy("http://127.0.0.1", transport=transport) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, Fault) as error:
            raise CannotStart(f"the supervisor does not answer ({error})") from error

    def _write_files(self) -> None:
        for stale in self.folder.run.iterdir():
            stale.unlink()
        for part in self.parts:
            write_private(self.folder.run / f"{part.name}.sh", _script(part))
        write_private(self.folder.run / "supervisord.conf", self._configuration())

    def _configuration(self) -> str:
        socket = "supervisor.sock" if self._socket.parent == self.folder.run else self._socket
        sections = [CONFIGURATION.format(socket=socket, open_files=_open_files())]
        sections += [PROGRAM.format(part=part, priority=n) for n, part in enumerate(self.parts, start=1)]
        product = [part.name for part in self.parts if part.belongs_to_product]
        if product:
            sections.append(PRODUCT_GROUP.format(names=",".join(product)))
        return "".join(sections)


def _full_name(part: Part) -> str:
    return f"{'product' if part.belongs_to_product else part.name}:{part.name}"


def _script(part: Part) -> str:
    """Becomes the part's own process, which ends when supervisord does."""
    bound = shlex.join([sys.executable, "-S", "-E", str(parent_death.__file__), "/bin/sh", "-c"])
    return f"cd {shlex.quote(str(PROJECT))} || exit 1\nexec {bound} {shlex.quote('exec ' + part.command)}\n"


def _socket_path(folder: LocalFolder) -> Path:
    path = folder.run / "supervisor.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        path = Path(tempfile.mkdtemp(prefix="gemscap-")) / "supervisor.sock"
    return path


def _open_files() -> int:
    """How many files a part may open; supervisord refuses to start when it cannot grant it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
