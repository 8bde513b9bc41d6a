"""Processes an earlier run left behind, found by a mark in their environment.

Redis writes its title over its environment, so it is known by its name and its folder.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

from workers.local.folder import LocalFolder
from workers.local.waiting import wait_until

MARK = "GEMSCAP_RUN"  # its value is the folder the run belongs to
ORDERLY_SECONDS = 45.0
STOP_SECONDS = 20.0


def processes_of(folder: LocalFolder) -> list[int]:
    """The living processes that belong to the folder (Linux; elsewhere none is found)."""
    mark = f"{MARK}={folder.root}".encode()
    redis = folder.data / "redis"
    return [pid for pid in _all_processes() if mark in _environment(pid) or _is_redis_in(redis, pid)]


def end_leftovers(folder: LocalFolder) -> int:
    """Ends what an earlier run left: in order where its supervisor lives, by force where needed.

    Returns
    -------
    int
        How many processes there were.
    """
    found = processes_of(folder)
    supervisor = _supervisor_of(folder)
    if supervisor in found:
        _send(supervisor, signal.SIGTERM)
        wait_until(lambda: supervisor not in processes_of(folder), ORDERLY_SECONDS)
    for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        for pid in processes_of(folder):
            _send(pid, number)
        wait_until(lambda: not processes_of(folder), seconds)
    return len(found)


def _all_processes() -> list[int]:
    proc = Path("/proc")
    return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()] if proc.exists() else []


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # ended meanwhile, or another user's
        return []


def _is_redis_in(data: Path, pid: int) -> bool:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        return name == "redis-server" and Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False


def _supervisor_of(folder: LocalFolder) -> int:
    try:
        return int((folder.run / "supervisord.pid").read_text())
    except (OSError, ValueError):
        return 0


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
