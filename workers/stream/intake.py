"""From the socket to the sorting out: through memory while the store keeps up, else over the disk.

The socket thread offers, one other thread asks for rounds. That thread never
waits for the store: what there is no room for goes to the spool and is read
back later, in the same order, so that memory stays flat however long it lasts.
"""

import time
from dataclasses import dataclass

from workers.stream.buffer import BoundedBuffer
from workers.stream.segment import Message
from workers.stream.spool import Spool

MESSAGES_WAITING = 100_000  # about 20 MB of raw messages
ROUND_MESSAGES, ROUND_SECONDS = 1_000, 0.05  # what is sorted out and written at once


@dataclass(frozen=True, slots=True)
class Round:
    """Messages to be sorted out at once, in order of arrival."""

    messages: list[Message]
    arrived: list[Message]  # what just came in; the same while the store keeps up
    taken: int  # messages handed out so far, these included


class Intake:
    """The raw messages of one process."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self._raw: BoundedBuffer[Message] = BoundedBuffer(MESSAGES_WAITING)
        self._held: list[Message] = []  # neither the store nor the disk took these

    def __len__(self) -> int:
        return len(self._raw) + len(self._held)

    @property
    def is_behind(self) -> bool:
        """Whether messages wait on disk."""
        return self.spool.has_unread

    def offer(self, received_ns: int, raw: bytes) -> bool:
        """Take a message from the socket; False when there is no room for it."""
        return self._raw.offer((received_ns, raw))

    def close(self) -> None:
        """No more will come."""
        self._raw.close()

    def next_round(self, *, room: bool) -> Round:
        """The next messages; none to be sorted out when there is no room for what comes of them."""
        if len(self._raw) > MESSAGES_WAITING // 2 and not self._held:
            room = False  # the disk takes them faster than they are sorted out
        arrived = self._arrived(wait=not (room and self.is_behind))
        pending, self._held = self._held or arrived, []
        if room and not self.is_behind:
            self.spool.pass_on(pending)
            return Round(pending, arrived, self.spool.taken)
        if pending and not self.spool.append(pending):
            self._held = pending
        return Round(self.spool.take(ROUND_MESSAGES) if room else [], arrived, self.spool.taken)

    def _arrived(self, *, wait: bool) -> list[Message]:
        """What has come; nothing while messages are held, so that memory is bounded."""
        if not self._held:
            return self._raw.take(at_most=ROUND_MESSAGES, age_seconds=ROUND_SECONDS if wait else 0.0)
        if wait:
            time.sleep(ROUND_SECONDS)
        return []
