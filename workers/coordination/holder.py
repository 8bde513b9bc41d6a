"""Who holds a right: this process, and whether another one still lives."""

import os
import socket
from pathlib import Path
from uuid import uuid4


def own_name() -> str:
    """A name for one right of this process; no two are the same."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{uuid4().hex}"


def is_known_dead(name: str) -> bool:
    """Whether the process that took a right is gone; False where that cannot be known from here.

    >>> is_known_dead(own_name()), is_known_dead("elsewhere:1:2:3")
    (False, False)
    """
    host, _, rest = name.partition(":")
    process_id, _, rest = rest.partition(":")
    if host != socket.gethostname() or not process_id.isdigit():
        return False
    return _started(int(process_id)) != rest.partition(":")[0]


def _started(process_id: int) -> str:
    """When a process began, in the system's ticks: ids are used again, pairs of the two are not."""
    try:
        state, *fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "gone" if Path("/proc/self/stat").exists() else "unknown"
    return "gone" if state in "ZX" else fields[18]  # killed, and its parent has not looked yet
