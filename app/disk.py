"""Whether the database's disk has room; looked at every few seconds."""

import threading
import time

from workers.messages.system import DiskState
from workers.settings import load_settings
from workers.store.disk import DiskSpace, load_disk_space

KEPT_SECONDS = 10.0
GIGABYTE = 1e9
# MongoDB refuses to write long before nothing is left, and an hour of a busy market is about 1 GB.
LEAST_FREE_GB = 3.0
LEAST_FREE_SHARE = 0.03

_lock = threading.Lock()
_kept: dict[str, tuple[float, DiskState | None]] = {}  # database -> (until, state)


def disk_state() -> DiskState | None:
    """Room on the disk; None where the database does not tell."""
    name = load_settings().database
    with _lock:
        until, state = _kept.get(name, (0.0, None))
        if time.monotonic() >= until:
            state = judged(load_disk_space())
            _kept[name] = (time.monotonic() + KEPT_SECONDS, state)
        return state


def judged(space: DiskSpace | None) -> DiskState | None:
    """What is left of a disk, and whether that is little."""
    if space is None:
        return None
    free_gb = space.free_bytes / GIGABYTE
    is_little = free_gb < LEAST_FREE_GB or space.free_bytes < LEAST_FREE_SHARE * space.total_bytes
    return DiskState("nearly_full" if is_little else "ok", free_gb, space.total_bytes / GIGABYTE)
