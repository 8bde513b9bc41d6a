"""Whether the disks have room: the database's, looked at here, and the spool's, as the stream tells it."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from workers.messages.system import STALE_SECONDS, DiskState, ProcessState
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


def spool_disk_state(processes: Sequence[ProcessState], now: datetime) -> DiskState | None:
    """The worst of what living stream workers tell of their disks; None where none tells."""
    told = [
        _of_spool(each.figures)
        for each in processes
        if "spool_disk_free_gb" in each.figures and (now - each.beat_at).total_seconds() <= STALE_SECONDS
    ]
    return min(
        told, key=lambda disk: (disk.state == "ok", disk.state != "refuses", disk.free_gb), default=None
    )


def judged(space: DiskSpace | None) -> DiskState | None:
    """What is left of a disk, and whether that is little."""
    if space is None:
        return None
    return _judged(space.free_bytes / GIGABYTE, space.total_bytes / GIGABYTE)


def _of_spool(figures: Mapping[str, float | int | str | None]) -> DiskState:
    free_gb, total_gb = (
        float(figures.get(name) or 0.0) for name in ("spool_disk_free_gb", "spool_disk_total_gb")
    )
    return (
        DiskState("refuses", free_gb, total_gb)
        if figures.get("spool_refuses")
        else _judged(free_gb, total_gb)
    )


def _judged(free_gb: float, total_gb: float) -> DiskState:
    is_little = free_gb < LEAST_FREE_GB or free_gb < LEAST_FREE_SHARE * total_gb
    return DiskState("nearly_full" if is_little else "ok", free_gb, total_gb)
