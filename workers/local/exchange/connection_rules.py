"""What holds for a connection of the streams: its limits, and what it asked for when it was opened."""

from dataclasses import dataclass

from workers.local.exchange.streams import Route


@dataclass(frozen=True, slots=True)
class ConnectionRules:
    """The limits of a connection; times in seconds."""

    ping_seconds: float = 20.0
    pong_seconds: float = 60.0
    cut_seconds: float = 86_400.0
    incoming_per_second: int = 5
    streams: int = 1024


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client asked for by the address it connected to."""

    route: Route
    combined: bool
    unit: int
    streams: tuple[str, ...]
