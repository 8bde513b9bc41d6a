"""A connection that is always there: replaced when it breaks, and before the exchange cuts it.

A planned replacement overlaps: the new link delivers before the old one goes,
and repeats are dropped by id, so nothing is missed and nothing needs repair.
"""

import logging
import threading
import time
from collections.abc import Callable
from random import Random

from workers.stream.backoff import ConnectQuota, backoff_seconds
from workers.stream.link import Link, LinkCallbacks

log = logging.getLogger(__name__)

HEALTHY_AFTER_SECONDS = 60.0  # a connection that lived so long forgets earlier failures
LIFETIME_SECONDS = 23 * 3600.0  # the exchange cuts at 24 hours
LIFETIME_SPREAD_SECONDS = 1800.0  # so that not all connections are replaced at once
OVERLAP_SECONDS = 30.0  # the longest two links live side by side
DELIVERS_AFTER_SECONDS = 3.0  # a stream that brought nothing by then is a quiet one
SETTLE_SECONDS = 1.0  # what the new link brought has been sorted out by then
RETRY_HANDOVER_SECONDS = 5.0
LOOK_SECONDS = 0.05


class StreamConnection:
    """Holds one link, or two while one takes over from the other, until it is stopped.

    Parameters
    ----------
    address : where to connect
    streams : tells how many streams a new link must have heard from before the old one goes
    lifetime_seconds : after which a link is replaced, plus up to half an hour by chance
    notes_streams : whether `is_delivering` will be asked for
    quota : of connects, shared with other connections of the process
    """

    def __init__(
        self,
        address: str,
        callbacks: LinkCallbacks,
        *,
        streams: Callable[[], int],
        random: Random,
        lifetime_seconds: float = LIFETIME_SECONDS,
        notes_streams: bool = False,
        quota: ConnectQuota | None = None,
    ) -> None:
        self.connects = 0
        self.handovers = 0
        self._address = address
        self._callbacks = callbacks
        self._streams = streams
        self._random = random
        self._lifetime_seconds = lifetime_seconds
        self._quota = quota or ConnectQuota()
        self._stopping = threading.Event()
        self._wanted: str | None = None  # why a handover is wanted
        self._notes_streams = notes_streams  # those of the first link
        self._link: Link | None = None
        self._thread = threading.Thread(target=self._run, name="stream-connection", daemon=True)

    def start(self) -> None:
        """Connect in a thread of its own and stay connected."""
        self._thread.start()

    def stop(self, *, timeout_seconds: float) -> None:
        """Close for good."""
        self._stopping.set()
        self.drop("stopping")
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)

    @property
    def is_connected(self) -> bool:
        """Whether the current link is open."""
        link = self._link
        return link is not None and link.is_alive and link.opened_at is not None

    @property
    def is_delivering(self) -> bool:
        """Whether the first link brings all its streams, or some for so long that the others are quiet."""
        link = self._link
        if link is None or link.opened_at is None or not link.streams - {b""}:
            return False
        return len(link.streams - {b""}) >= self._streams() or (
            time.monotonic() - link.opened_at > DELIVERS_AFTER_SECONDS
        )

    def say(self, message: str) -> None:
        """Send a control message on the current link; without one, the greetings of the next say it."""
        link = self._link
        if link is not None:
            link.say(message)

    def drop(self, reason: str) -> None:
        """Close the current link at once; a new one follows unless stopping."""
        link = self._link
        if link is not None:
            link.close(reason)

    def hand_over(self, reason: str) -> None:
        """Have a new link take over from the current one, with overlap."""
        self._wanted = reason

    def _run(self) -> None:
        failures, rest = 0, 0.0
        while not self._stopping.is_set():
            if self._stopping.wait(max(rest, backoff_seconds(failures, self._random))):
                return
            began, rest = time.monotonic(), 0.0
            link = self._connected(note_streams=self._notes_streams)
            if link is not None:
                self._hold(link)
                rest = link.rest_seconds
            failures = 0 if time.monotonic() - began > HEALTHY_AFTER_SECONDS else failures + 1

    def _connected(self, *, note_streams: bool = False) -> Link | None:
        """A new link, once there are streams and within the quota of connects; None when stopping."""
        while not self._streams():
            if self._stopping.wait(LOOK_SECONDS):
                return None
        if self._stopping.wait(self._quota.book(time.monotonic())):
            return None
        self.connects += 1
        link = Link(self._address, self._callbacks, note_streams=note_streams)
        link.start()
        return link

    def _hold(self, link: Link) -> None:
        """Stay with a link, and with those that take over from it, until the last one ends."""
        self._link, self._wanted = link, None
        due = self._replacement_due()
        while link.is_alive:
            if self._stopping.wait(LOOK_SECONDS):
                link.close("stopping")
                link.join(2.0)
                return
            now = time.monotonic()
            if self._wanted is None and now < due:
                continue
            successor = self._successor(link, self._wanted or "its planned end is near")
            if successor is None:
                due, self._wanted = now + RETRY_HANDOVER_SECONDS, None
                continue
            link = self._link = successor
            due, self._wanted = self._replacement_due(), None
        self._link = None

    def _replacement_due(self) -> float:
        spread = min(LIFETIME_SPREAD_SECONDS, self._lifetime_seconds / 10)
        return time.monotonic() + self._lifetime_seconds + self._random.uniform(0, spread)

    def _successor(self, old: Link, reason: str) -> Link | None:
        """A link that delivers, after which the old one is closed; None when it could not be had."""
        log.info("handover begins reason=%s", reason)
        holes = self._callbacks.holes()
        new = self._connected(note_streams=True)
        if new is None:
            return None
        if not self._wait_for_takeover(new, holes):
            new.close("stopping")
            return None
        if not new.is_alive or not new.streams - {b""}:
            new.close("it does not deliver")
            return None
        new.stop_noting()
        self.handovers += 1
        old.close(f"its successor delivers, streams={len(new.streams)}")
        return new

    def _wait_for_takeover(self, new: Link, holes: int) -> bool:
        """Until the new link delivers and the old one has brought what came before; False: stopping."""
        until, delivers_since = time.monotonic() + OVERLAP_SECONDS, None
        while new.is_alive and time.monotonic() < until:
            if self._stopping.wait(LOOK_SECONDS):
                return False
            if delivers_since is None and len(new.streams - {b""}) >= self._streams():
                delivers_since = time.monotonic()
            settled = delivers_since is not None and time.monotonic() - delivers_since > SETTLE_SECONDS
            if settled and self._callbacks.holes() <= holes:
                return True
        return True
