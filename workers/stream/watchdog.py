"""Silence, watched on a monotonic clock, for the connection and for each stream.

A connection that brings nothing at all is dead. A stream that is silent far
beyond its own habit while its connection lives is a suspect: thinly traded
symbols are silent often, so the limit follows what is usual for each.
"""

from dataclasses import dataclass, field

CONNECTION_SILENCE_SECONDS = 30.0  # a stream of several symbols is never that quiet; pings are every 20 s
STREAM_SILENCE_SECONDS = 30.0  # no stream is suspected sooner
USUAL_FACTOR = 20.0  # times the usual pause between two trades
SMOOTHING = 0.05  # weight of the newest pause in the usual one


@dataclass(slots=True)
class _Rhythm:
    last_at: float
    usual_pause: float = 5.0
    events: int = 0

    @property
    def longest_usual(self) -> float:
        """A longer silence is suspicious; nothing is usual before the first trade."""
        return max(STREAM_SILENCE_SECONDS, USUAL_FACTOR * self.usual_pause if self.events else 0.0)


@dataclass(slots=True)
class Watchdog:
    """Knows when each stream last spoke; times are of `time.monotonic`."""

    heard_at: float = 0.0  # the last frame
    _patient_from: float = 0.0  # silence counts from here: a new connection gets its time
    _rhythms: dict[str, _Rhythm] = field(default_factory=dict)

    def connected(self, symbols: list[str], now: float) -> None:
        """A new connection was subscribed; what is usual for a symbol is kept."""
        self.heard_at = self._patient_from = now
        known = self._rhythms
        self._rhythms = {symbol: known.get(symbol, _Rhythm(now)) for symbol in symbols}
        for rhythm in self._rhythms.values():
            rhythm.last_at = now

    def add(self, symbol: str, now: float) -> None:
        """One more symbol is subscribed to."""
        self._rhythms = {**self._rhythms, symbol: _Rhythm(now)}

    def remove(self, symbols: list[str]) -> None:
        """These are no longer subscribed to."""
        self._rhythms = {symbol: rhythm for symbol, rhythm in self._rhythms.items() if symbol not in symbols}

    def heard(self, now: float) -> None:
        """Any frame came, a ping included."""
        self.heard_at = now

    def give_time(self, now: float) -> None:
        """The connection was dropped: the next one gets its time."""
        self._patient_from = now

    def traded(self, symbol: str, now: float) -> None:
        """A trade of a symbol came."""
        rhythm = self._rhythms.get(symbol)
        if rhythm is None:
            return
        pause = now - rhythm.last_at
        rhythm.usual_pause += SMOOTHING * (pause - rhythm.usual_pause)
        rhythm.last_at = now
        rhythm.events += 1

    def connection_is_dead(self, now: float) -> bool:
        """Nothing at all came for too long since it was connected."""
        since = max(self.heard_at, self._patient_from)
        return since > 0 and now - since > CONNECTION_SILENCE_SECONDS

    def silent_for(self, seconds: float, now: float) -> list[str]:
        """Symbols that did not trade for so long."""
        return [symbol for symbol, rhythm in self._rhythms.items() if now - rhythm.last_at > seconds]

    def silent_streams(self, now: float) -> list[str]:
        """Symbols whose stream is silent far beyond what is usual for them."""
        return [
            symbol for symbol, rhythm in self._rhythms.items() if now - rhythm.last_at > rhythm.longest_usual
        ]
