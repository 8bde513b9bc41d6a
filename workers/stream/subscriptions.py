"""The symbols of one shard that are captured, and the messages that subscribe to their streams."""

import logging
import time
from collections.abc import Callable, Sequence

from workers.binance.feed import (
    STREAMS_PER_CONNECTION,
    stream_name,
    subscribe_message,
    unsubscribe_message,
)
from workers.settings import load_settings
from workers.stream.watchdog import Watchdog

log = logging.getLogger(__name__)


class Subscriptions:
    """One connection's streams, as many as it holds; the watchdog watches those of them alone."""

    def __init__(self, watchdog: Watchdog) -> None:
        self.symbols: list[str] = []
        self._watchdog = watchdog
        self._kind = load_settings().stream
        self._control_id = 1

    def expect(self, symbols: Sequence[str]) -> None:
        """These, too, from now on."""
        room = STREAMS_PER_CONNECTION - len(self.symbols)
        if symbols[room:]:
            log.error("symbols left out, one connection holds %d: %s", STREAMS_PER_CONNECTION, symbols[room:])
        for symbol in symbols[:room]:
            self._watchdog.add(symbol, time.monotonic())
            self.symbols = [*self.symbols, symbol]

    def follow(
        self,
        watched: Sequence[str],
        *,
        take_on: Callable[[Sequence[str]], None],
        say: Callable[[str], None],
    ) -> None:
        """Subscribe to what was added to the list, unsubscribe from what was taken off.

        `take_on` makes ready for the ticks of those that are added, before the
        exchange is told by `say`.
        """
        room = STREAMS_PER_CONNECTION - len(self.symbols)
        added = [symbol for symbol in watched if symbol not in self.symbols][:room]
        removed = [symbol for symbol in self.symbols if symbol not in watched]
        if added:
            take_on(added)
            self.expect(added)
            say(subscribe_message(self._names(added), self._next_control_id()))
        if removed:
            self.symbols = [symbol for symbol in self.symbols if symbol not in removed]
            self._watchdog.remove(removed)
            say(unsubscribe_message(self._names(removed), self._next_control_id()))
        if added or removed:
            log.info("watch-list followed added=%s removed=%s", ",".join(added), ",".join(removed))

    def greetings(self) -> list[str]:
        """What a new connection is told first."""
        if not self.symbols:
            return []
        return [subscribe_message(self._names(self.symbols), self._next_control_id())]

    def live_in(self, streams: set[bytes]) -> list[str]:
        """Those whose streams are among these."""
        return [symbol for symbol in self.symbols if stream_name(symbol, self._kind).encode() in streams]

    def _names(self, symbols: Sequence[str]) -> list[str]:
        """The exchange's names of their streams."""
        return [stream_name(symbol, self._kind) for symbol in symbols]

    def _next_control_id(self) -> int:
        self._control_id += 1
        return self._control_id
