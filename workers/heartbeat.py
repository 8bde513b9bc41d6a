"""Every process says that it lives: its heartbeat, from a thread of its own."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pymongo.errors import PyMongoError

from workers.store.heartbeats import Heartbeat, forget_heartbeat, save_heartbeat

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
GOODBYE_SECONDS = 0.5  # a store that does not answer must not hold up the end of a process
Figures = Mapping[str, float | int | str | None]


class HeartbeatThread:
    """Writes the heartbeat of this process until it is stopped."""

    def __init__(self, process: str, figures: Callable[[], Figures] = dict) -> None:
        self._process = process
        self._figures = figures
        self._started_at = datetime.now(UTC)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and take the process off the list."""
        self._stopping.set()
        self._thread.join(GOODBYE_SECONDS)
        try:
            forget_heartbeat(self._process, socket.gethostname(), os.getpid(), seconds=GOODBYE_SECONDS)
        except PyMongoError as error:
            log.warning("heartbeat not taken back reason=%s", type(error).__name__)

    def _run(self) -> None:
        failing = False
        while True:
            try:
                save_heartbeat(self._beat())
                failing = False
            except PyMongoError as error:
                if not failing:
                    log.warning("heartbeat not written reason=%s", type(error).__name__)
                failing = True
            if self._stopping.wait(BEAT_SECONDS):
                return

    def _beat(self) -> Heartbeat:
        return Heartbeat(
            process=self._process,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self._started_at,
            beat_at=datetime.now(UTC),
            figures={"memory_mb": memory_mb(), **self._figures()},
        )


def memory_mb() -> float | None:
    """Resident memory of this process in megabytes; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
