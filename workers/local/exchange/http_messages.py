"""A request of HTTP, and what may become of it."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request."""

    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    host: str  # address of the client
    body: bytes = b""

    @property
    def is_upgrade(self) -> bool:
        """Whether the client wants a websocket."""
        return self.headers.get("upgrade", "").lower() == "websocket"

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open after the answer."""
        return self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str]


class Unanswered(Enum):
    """What may become of an upgrade instead of an answer."""

    SILENCE = "the connection stays open and nothing is said"
    RESET = "the connection breaks"
