"""The faults that can be switched on, each with its parameters.

Every fault of the streams can be limited to some connections: "all", those "open" now,
or so many of the "next" ones (a number).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

UNLIMITED = 10**12


class BadFault(ValueError):
    """Raised when a fault is asked for that does not exist, or with a parameter it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What all faults have in common."""

    connections: str = "all"  # all, open, or a number: so many of those to come


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackHole(Fault):
    """Connections stay open and nothing is sent or answered; handshakes of new ones neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPinging(Fault):
    """No more pings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetHandshakes(Fault):
    """The next connections are reset instead of being opened."""

    times: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Fault):
    """Streams that are acknowledged and bring nothing."""

    streams: str  # names, comma separated


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Fault):
    """Trade messages that no stream ever brings; REST has them."""

    streams: str = ""  # comma separated; empty: all
    share: float = 0.01
    run: float = 1  # so many ids in a row
    times: float = UNLIMITED  # holes at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(Fault):
    """Messages that come twice."""

    share: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Fault):
    """Messages that come so much later; with a share of 1 their order stays."""

    ms: float
    share: float = 1.0
    times: float = UNLIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(Fault):
    """Messages that come in another order, each at most so much later."""

    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(Fault):
    """A message that nobody can read after every so many good ones."""

    every: float = 100
    kinds: str = ""  # comma separated; empty: one after the other
    times: float = UNLIMITED


@dataclass(frozen=True, slots=True, kw_only=True)
class Huge(Fault):
    """A frame of this size that holds no trade."""

    bytes: float = 10 * 1024 * 1024
    times: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment(Fault):
    """Messages that come in several frames."""

    share: float = 1.0
    parts: float = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest(Fault):
    """REST requests that are refused or stall; `seconds` is Retry-After, or how long they stall."""

    answer: str  # 429, 418, 403, 502, -1007 or stall
    seconds: float = 7
    endpoints: str = ""  # comma separated; empty: all
    times: float = UNLIMITED


KINDS: dict[str, type[Fault]] = {
    "black_hole": BlackHole,
    "stop_pinging": StopPinging,
    "reset_handshakes": ResetHandshakes,
    "mute": Mute,
    "drop": Drop,
    "duplicate": Duplicate,
    "delay": Delay,
    "reorder": Reorder,
    "corrupt": Corrupt,
    "huge": Huge,
    "fragment": Fragment,
    "rest": Rest,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def fault_of(name: str, parameters: Mapping[str, Any]) -> Fault:
    """The fault of this name with these parameters.

    >>> fault_of("duplicate", {"share": 0.5})
    Duplicate(connections='all', share=0.5)
    """
    kind = KINDS.get(name)
    if kind is None:
        raise BadFault(f"no fault {name!r}; there are {', '.join(KINDS)}")
    known: dict[str, Any] = {item.name: item.type for item in fields(kind)}
    if unknown := set(parameters) - set(known):
        raise BadFault(f"{name}: no parameter {sorted(unknown)[0]!r}; there are {', '.join(known)}")
    values: dict[str, Any] = {
        key: _checked(name, key, known[key], value) for key, value in parameters.items()
    }
    try:
        return kind(**values)
    except TypeError as missing:
        raise BadFault(f"{name}: {missing}") from None


def _checked(name: str, key: str, kind: object, value: object) -> object:
    if kind is str:
        if not isinstance(value, str | int):
            raise BadFault(f"{name}: {key}: expected a text, got {value!r:.40}")
        return str(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= UNLIMITED:
        raise BadFault(f"{name}: {key}: expected a number not below 0, got {value!r:.40}")
    if key == "share" and value > 1:
        raise BadFault(f"{name}: share: expected at most 1, got {value}")
    return value


def names_in(text: str) -> frozenset[str]:
    """The names of a comma separated list."""
    return frozenset(name.strip() for name in text.split(",") if name.strip())
