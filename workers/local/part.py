"""One part of the running product, as the launcher sees it."""

from collections.abc import Callable
from dataclasses import dataclass


def nothing() -> None:
    """Nothing to do."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process to be kept alive. `is_ready` None: it is ready when it has stayed up for a second."""

    name: str  # of its log and its process
    title: str  # for people
    command: str  # a line for the shell; holds no secret
    stop_seconds: int = 15  # it is killed when it takes longer to stop
    start_seconds: float = 120.0  # it has failed when it takes longer to be ready
    is_ready: Callable[[], bool] | None = None
    once_ready: Callable[[], object] = nothing
    belongs_to_product: bool = False  # a line of the Procfile: these stop together, before the servers
