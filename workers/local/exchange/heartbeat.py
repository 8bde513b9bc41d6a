"""Pings of a connection, each with a payload of its own, and the end of a client that answers none."""

import asyncio
from collections.abc import Callable
from typing import Protocol


class Pinged(Protocol):
    """A connection as its heartbeat sees it."""

    def send_ping(self, payload: bytes) -> None:
        """Send a ping."""

    def time_out(self) -> None:
        """End: a ping was not answered in time."""


class Heartbeat:
    """Pings every so often; a pong answers the ping of the same payload and those before it, no other."""

    def __init__(
        self,
        connection: Pinged,
        ping_seconds: float,
        pong_seconds: float,
        payload: Callable[[], bytes],
        rests: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._ping_seconds = ping_seconds
        self._pong_seconds = pong_seconds
        self._payload = payload
        self._rests = rests  # whether a fault keeps it from pinging and judging now
        self._sent: dict[bytes, float] = {}
        self._timers: list[asyncio.TimerHandle] = []
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        """Begin."""
        self._after(self._ping_seconds, self._ping)

    def stop(self) -> None:
        """No more pings."""
        for timer in self._timers:
            timer.cancel()

    def answered(self, payload: bytes) -> bool:
        """A pong came; whether it answers a ping."""
        sent = self._sent.get(payload)
        if sent is None:
            return False
        self._sent = {name: at for name, at in self._sent.items() if at > sent}
        return True

    def _ping(self) -> None:
        self._after(self._ping_seconds, self._ping)
        if self._rests():
            return
        payload = self._payload()
        self._sent[payload] = self._loop.time()
        self._connection.send_ping(payload)
        self._after(self._pong_seconds, self._check)

    def _check(self) -> None:
        oldest = min(self._sent.values(), default=None)
        if self._rests() or oldest is None:
            return
        if self._loop.time() - oldest >= self._pong_seconds - 0.001:
            self._connection.time_out()

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if timer.when() > self._loop.time()]
        self._timers.append(self._loop.call_later(seconds, action))
