"""Messages on disk in front of the store: none is lost while it is away, nor with the process.

A queue of segments: messages are appended before they are sorted out, and a
segment is deleted when the store has durably taken what came of it. While the
store keeps up messages pass in memory and are never read back. At the next
start everything that is left is read again: ids decide what is new. What was
dropped or damaged is a hole in the ids, which the ledger finds when it reads on.
"""

import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

from workers.stream.disk_sync import DiskSync
from workers.stream.segment import Message, Records, Segment, encoded, read_from, records, write_all
from workers.stream.spool_folder import ENDING, SpoolFolder, claimed_folder

log = logging.getLogger(__name__)

SEGMENT_BYTES = 8 << 20  # what a restart reads again at the most, in seconds: two or three
RETRY_SECONDS = 1.0  # how often a disk that was full is tried again
LOG_SECONDS = 60.0


class Spool:
    """The queue on disk of one process. `acknowledge` may be called from any thread, the rest from one."""

    def __init__(self, root: Path, *, capacity_bytes: int, segment_bytes: int = 0) -> None:
        self.taken = 0  # messages handed out
        self.errors = 0  # of the disk
        self.damaged = 0  # stretches that could not be read back
        self.dropped = 0  # segments dropped for want of room
        self.refuses = False  # the disk did not take the last messages
        self._root = root
        self._capacity_bytes = capacity_bytes
        self._segment_bytes = segment_bytes or SEGMENT_BYTES
        self._folder: SpoolFolder | None = None
        self._segments: list[Segment] = []
        self._reading = 0  # index of the segment that is read, and how far that has come
        self._offset = 0
        self._content, self._content_start = b"", 0
        self._grows = False  # whether the last segment may be appended to
        self._descriptor = -1
        self._acknowledged = 0
        self._retry_at = self._logged_at = float("-inf")
        self._sync = DiskSync(self._unstored, self._failed)
        self._try_to_open()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in list(self._segments))

    @property
    def has_unread(self) -> bool:
        """Whether messages wait on disk to be taken."""
        return self._reading < len(self._segments) and (
            self._reading < len(self._segments) - 1 or self._offset < self._segments[-1].size
        )

    def figures(self) -> dict[str, float | int]:
        """What the System page shows."""
        return {
            "spool_mb": round(self.size / 1e6, 1),
            "spool_segments": len(self._segments),
            "spool_errors": self.errors + self.damaged,
            "spool_dropped": self.dropped,
            "spool_refuses": int(self.refuses),
            "spool_unsynced": self._sync.unsynced,
        }

    def append(self, messages: Sequence[Message]) -> bool:
        """Write messages behind the others, to be taken later; False when the disk does not take them."""
        self._delete_stored()
        if time.monotonic() < self._retry_at or not self._try_to_open():
            return False
        content = encoded(messages)
        try:
            self._write(content)
        except OSError as error:
            self._seal()
            self._failed(error)
            return False
        self.refuses = False
        self._sync.wrote(len(messages))
        self._keep_within_capacity()
        return True

    def pass_on(self, messages: Sequence[Message]) -> None:
        """Write messages that are handed out at the same moment; nothing else may wait."""
        if not messages:
            self._delete_stored()
            return
        written = self.append(messages)
        self.taken += len(messages)
        if written:
            self._reading, self._offset = len(self._segments) - 1, self._segments[-1].size
            self._note_read()

    def take(self, at_most: int) -> list[Message]:
        """The next messages from disk, in order."""
        while self.has_unread:
            found = self._read(at_most)
            if found.damaged:
                self.damaged += found.damaged
                log.error("spool damaged, the hole in the ids is repaired stretches=%d segment=%s",
                          found.damaged, self._segments[self._reading].path.name)  # fmt: skip
            self._offset = found.end
            self.taken += len(found.messages)
            self._note_read()
            if found.messages:
                return found.messages
        return []

    def acknowledge(self, taken: int) -> None:
        """The store has durably what came of the first `taken` messages handed out."""
        self._acknowledged = taken

    def close(self) -> None:
        """End; what the store has is deleted, the rest stays for the next start."""
        self._sync.stop()
        self._descriptor, self._grows = -1, False
        if not self.has_unread:
            for segment in self._segments:
                segment.done_at = segment.done_at if segment.done_at is not None else self.taken
        self._delete_stored()
        if self._folder is not None:
            self._folder.release()
            self._folder = None

    def _unstored(self) -> int:
        """How many of the newest messages the store may not have."""
        return 1 << 62 if self.has_unread else self.taken - self._acknowledged

    def _try_to_open(self) -> bool:
        if self._folder is not None:
            return True
        try:
            folder = claimed_folder(self._root)
            self._segments = folder.segments()
        except OSError as error:
            self._failed(error)
            return False
        self._folder = folder
        if self._segments:
            log.warning("spool is replayed segments=%d mb=%.1f", len(self._segments), self.size / 1e6)
        return True

    def _write(self, content: bytes) -> None:
        if not self._grows or self._segments[-1].size >= self._segment_bytes:
            self._begin_segment()
        segment = self._segments[-1]
        write_all(self._descriptor, content, behind=segment.size)
        segment.size += len(content)

    def _begin_segment(self) -> None:
        assert self._folder is not None
        last = int(self._segments[-1].path.stem) if self._segments else 0
        path = self._folder.path / f"{max(time.time_ns(), last + 1)}{ENDING}"
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._sync.opened(self._descriptor)
        self._segments.append(Segment(path))
        self._grows = True
        self._note_read()

    def _seal(self) -> None:
        self._sync.retire()
        self._descriptor, self._grows = -1, False

    def _read(self, at_most: int) -> Records:
        """Records from where reading has come to; an unreadable segment counts as one damaged stretch."""
        segment = self._segments[self._reading]
        if self._offset - self._content_start >= len(self._content):
            try:
                self._content = read_from(segment.path, self._offset, segment.size)
            except OSError as error:
                self._failed(error)
                self._content = b""
            self._content_start = self._offset
            if not self._content:
                return Records(end=segment.size, damaged=1)
        found = records(self._content, self._offset - self._content_start, at_most=at_most)
        found.end += self._content_start
        return found

    def _note_read(self) -> None:
        """Go on to the next segment when one is read to its end."""
        while self._reading < len(self._segments) - 1 and self._offset >= self._segments[self._reading].size:
            self._segments[self._reading].done_at = self.taken
            self._go_to(self._reading + 1)

    def _go_to(self, index: int) -> None:
        self._reading, self._offset = index, 0
        self._content, self._content_start = b"", 0

    def _delete_stored(self) -> None:
        while self._segments and self._is_stored(self._segments[0]):
            self._delete_oldest()

    def _is_stored(self, segment: Segment) -> bool:
        return segment.done_at is not None and self._acknowledged >= segment.done_at

    def _keep_within_capacity(self) -> None:
        while self.size > self._capacity_bytes and len(self._segments) > 1:
            self.dropped += 1
            log.error("spool is full: the oldest segment is dropped, its trades are repaired from the "
                      "exchange mb=%.1f dropped=%d", self.size / 1e6, self.dropped)  # fmt: skip
            self._delete_oldest()

    def _delete_oldest(self) -> None:
        segment = self._segments.pop(0)
        if self._reading:
            self._reading -= 1
        else:
            self._go_to(0)
        try:
            segment.path.unlink(missing_ok=True)
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> None:
        self.errors += 1
        self.refuses = True
        self._retry_at = time.monotonic() + RETRY_SECONDS
        if time.monotonic() - self._logged_at >= LOG_SECONDS:
            self._logged_at = time.monotonic()
            log.error("spool does not take messages, capture goes on in memory reason=%s errors=%d",
                      error, self.errors)  # fmt: skip
