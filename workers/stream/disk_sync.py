"""Brings what was written to the disk itself, in a thread of its own: nobody waits for it."""

import logging
import os
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

SYNC_SECONDS = 0.1
SYNC_MESSAGES = 500


class DiskSync:
    """Owns the descriptor of the file that grows; syncs it by time or count.

    Parameters
    ----------
    unstored : how many of the newest messages are not in the store yet; the others need no disk
    on_error : told of a disk that does not take what was written
    """

    def __init__(self, unstored: Callable[[], int], on_error: Callable[[OSError], None]) -> None:
        self._unstored = unstored
        self._on_error = on_error
        self._written = self._synced = 0
        self._open: int | None = None
        self._full: list[int] = []
        self._lock = threading.Lock()  # of the descriptors; never held during a sync
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="spool-sync", daemon=True)
        self._thread.start()

    @property
    def unsynced(self) -> int:
        """Messages that a power cut would take, and that the store does not have."""
        return min(self._written - self._synced, self._unstored())

    def opened(self, descriptor: int) -> None:
        """A new file grows from now on; the one before is synced and closed."""
        with self._lock:
            if self._open is not None:
                self._full.append(self._open)
            self._open = descriptor

    def wrote(self, messages: int) -> None:
        """The file grew."""
        self._written += messages
        if self._written - self._synced >= SYNC_MESSAGES:
            self._wake.set()

    def retire(self) -> None:
        """The file does not grow any more."""
        with self._lock:
            if self._open is not None:
                self._full.append(self._open)
            self._open = None

    def stop(self) -> None:
        """Sync what is left, and end."""
        self.retire()
        self._stopping = True
        self._wake.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.wait(SYNC_SECONDS)
            self._wake.clear()
            self._round()
        self._round()

    def _round(self) -> None:
        written = self._written
        with self._lock:
            descriptors, self._full = self._full, []
            if self._open is not None:
                descriptors.append(os.dup(self._open))
        for descriptor in descriptors:
            try:
                if self.unsynced:
                    os.fdatasync(descriptor)
            except OSError as error:
                self._on_error(error)
            finally:
                os.close(descriptor)
        self._synced = written
