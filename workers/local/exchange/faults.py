"""The switchboard of faults: which are on, whom they concern, and how often they struck."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from workers.local.exchange.fault_kinds import KINDS, NAMES, UNLIMITED, BadFault, Drop, Fault

Kind = TypeVar("Kind", bound=Fault)
CHANCES = 2**64


@dataclass(slots=True)
class Switched:
    """A fault that is on, for the connections first..last."""

    fault: Fault
    first: int
    last: int
    struck: int = 0


class Faults:
    """What is wrong with the exchange at the moment."""

    def __init__(self, seed: int, newest_connection: Callable[[], int]) -> None:
        self.any = False  # whether any is on: all that is looked at while none is
        self.counts: Counter[str] = Counter()
        self._seed = seed
        self._newest_connection = newest_connection
        self._on: dict[type[Fault], Switched] = {}
        self._lost: set[tuple[str, int]] = set()  # stream and block of ids
        self._lost_ids: set[tuple[str, int]] = set()

    def switch_on(self, fault: Fault) -> None:
        """Begin; takes the place of an earlier one of its kind."""
        newest = self._newest_connection()
        spans = {"all": (0, UNLIMITED), "open": (0, newest)}
        if fault.connections.isdigit():
            spans[fault.connections] = (newest + 1, newest + int(fault.connections))
        if fault.connections not in spans:
            raise BadFault(f"connections: expected all, open or a number, got {fault.connections!r:.40}")
        self._on[type(fault)] = Switched(fault, *spans[fault.connections])
        if isinstance(fault, Drop):
            self._lost.clear()
        self.any = True

    def switch_off(self, name: str | None = None) -> None:
        """End one, or all."""
        if name is None:
            self._on.clear()
        else:
            self._on.pop(KINDS.get(name, Fault), None)
        self.any = bool(self._on)

    def on(self, kind: type[Kind], connection: int) -> Kind | None:
        """The fault of this kind that concerns a connection now, by its number."""
        switched = self._on.get(kind)
        if switched is None or not switched.first <= connection <= switched.last:
            return None
        return switched.fault if isinstance(switched.fault, kind) else None

    def strike(self, kind: type[Fault], times: float = UNLIMITED) -> bool:
        """Count a stroke of a fault; False when it has struck often enough."""
        switched = self._on.get(kind)
        if switched is None or switched.struck >= times:
            return False
        switched.struck += 1
        self.counts[NAMES[kind]] += 1
        return True

    def is_lost(self, drop: Drop, stream: str, id: int) -> bool:
        """Whether an id never comes on a stream, on no connection."""
        block = (stream, id // max(1, int(drop.run)))
        if block not in self._lost:
            if len(self._lost) >= drop.times or not self.by_chance(drop.share, "drop", *block):
                return False
            self._lost.add(block)
        if (stream, id) not in self._lost_ids:
            self._lost_ids.add((stream, id))
            self.counts["drop"] += 1
        return True

    def by_chance(self, share: float, *key: object) -> bool:
        """Whether a draw falls into a share."""
        return share >= 1 or self.drawn(*key) < share

    def drawn(self, *key: object) -> float:
        """A number from 0 to 1 that depends on the seed and the key alone, so that a run can be repeated."""
        digest = hashlib.blake2b(f"{self._seed}:{key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / CHANCES

    def state(self) -> dict[str, object]:
        """What the control interface shows."""
        on = {NAMES[kind]: asdict(switched.fault) for kind, switched in self._on.items()}
        return {"seed": self._seed, "on": on, "counts": dict(self.counts)}
