"""What faults make of the messages of one connection, between the hub and the socket."""

import heapq
from collections.abc import Iterator
from itertools import count

from workers.local.exchange.fault_kinds import (
    BlackHole,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Fragment,
    Huge,
    Mute,
    Reorder,
    names_in,
)
from workers.local.exchange.faults import Faults
from workers.local.exchange.fragments import fragmented
from workers.local.exchange.frames import frames_in, text_frame
from workers.local.exchange.malformed import MALFORMED, huge_frame
from workers.local.exchange.whole_message import WholeMessage, message_of


class Tampering:
    """Takes the frames that are to be written, gives those that are written now, and holds others back."""

    def __init__(self, faults: Faults, connection: int) -> None:
        self._faults = faults
        self._connection = connection
        self._held: list[tuple[float, int, bytes]] = []
        self._order = count()
        self._good = 0
        self._kinds = count()

    @property
    def holds(self) -> bool:
        """Whether messages are held back that have still to come."""
        return bool(self._held)

    def changed(self, frames: bytes, now: float) -> bytes:
        """The frames to be written at this moment; `now` in seconds."""
        if self._faults.on(BlackHole, self._connection):
            self._faults.counts["black_hole"] += sum(1 for _ in frames_in(frames))
            return b""
        written = [frame for payload in frames_in(frames) for frame in self._of_message(payload, now)]
        return b"".join([*self._huge(), *written, *self._released(now)])

    def _of_message(self, payload: bytes, now: float) -> Iterator[bytes]:
        message = message_of(payload)
        if self._is_muted(message) or self._is_dropped(message):
            return
        for _ in range(self._copies(message)):
            frame = self._framed(payload, message)
            wait = self._wait(message)
            if wait is None:
                yield frame
            else:
                heapq.heappush(self._held, (now + wait, next(self._order), frame))
            self._good += 1
            yield from self._malformed()

    def _is_muted(self, message: WholeMessage) -> bool:
        mute = self._faults.on(Mute, self._connection)
        if mute is None or message.stream not in names_in(mute.streams):
            return False
        return self._faults.strike(Mute)

    def _is_dropped(self, message: WholeMessage) -> bool:
        drop = self._faults.on(Drop, self._connection)
        if drop is None or message.id is None:
            return False
        if drop.streams and message.stream not in names_in(drop.streams):
            return False
        return self._faults.is_lost(drop, message.stream, message.id)

    def _copies(self, message: WholeMessage) -> int:
        duplicate = self._faults.on(Duplicate, self._connection)
        if duplicate is None or not self._by_chance(duplicate.share, "duplicate", message):
            return 1
        return 1 + self._faults.strike(Duplicate)

    def _framed(self, payload: bytes, message: WholeMessage) -> bytes:
        fragment = self._faults.on(Fragment, self._connection)
        if fragment is None or not self._by_chance(fragment.share, "fragment", message):
            return text_frame(payload)
        self._faults.strike(Fragment)
        return fragmented(payload, int(fragment.parts))

    def _wait(self, message: WholeMessage) -> float | None:
        """Seconds a message is held back; None: not at all."""
        delay = self._faults.on(Delay, self._connection)
        chosen = delay is not None and self._by_chance(delay.share, "delay", message)
        if delay is not None and chosen and self._faults.strike(Delay, delay.times):
            return delay.ms / 1000
        reorder = self._faults.on(Reorder, self._connection)
        if reorder is not None and self._faults.strike(Reorder):
            return self._faults.drawn("reorder", message.stream, message.id) * reorder.ms / 1000
        return None

    def _malformed(self) -> Iterator[bytes]:
        corrupt = self._faults.on(Corrupt, self._connection)
        if corrupt is None or self._good % max(1, int(corrupt.every)):
            return
        if self._faults.strike(Corrupt, corrupt.times):
            kinds = sorted(names_in(corrupt.kinds)) or list(MALFORMED)
            kind = kinds[next(self._kinds) % len(kinds)]
            self._faults.counts[f"corrupt.{kind}"] += 1
            yield MALFORMED[kind]()

    def _huge(self) -> Iterator[bytes]:
        huge = self._faults.on(Huge, self._connection)
        if huge is not None and self._faults.strike(Huge, huge.times):
            yield huge_frame(int(huge.bytes))

    def _released(self, now: float) -> Iterator[bytes]:
        while self._held and self._held[0][0] <= now:
            yield heapq.heappop(self._held)[2]

    def _by_chance(self, share: float, fault: str, message: WholeMessage) -> bool:
        return self._faults.by_chance(share, fault, message.stream, message.id)
