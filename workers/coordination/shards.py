"""Which symbols form a shard, and which worker is to hold which shard; every worker comes to the same answer.

Both follow the highest of random weights (rendezvous hashing): one more shard or
worker moves its share and leaves the others where they are. Shards are about equal
where there are many more symbols than shards.

Thaler, D. and Ravishankar, C. (1998). Using name-based mappings to increase hit
rates. IEEE/ACM Transactions on Networking 6(1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` groups of symbols, numbered from 0."""

    number: int = 0
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}of{self.count}"

    def of(self, symbols: Iterable[str]) -> list[str]:
        """Those of some symbols that belong here, in their order.

        >>> Shard().of(["BTCUSDT", "ETHUSDT"])
        ['BTCUSDT', 'ETHUSDT']
        """
        return [symbol for symbol in symbols if shard_number(symbol, self.count) == self.number]


def shard_number(symbol: str, count: int) -> int:
    """The shard of a symbol among so many."""
    return max(range(count), key=lambda number: _weight(f"{number}", symbol))


def holders(workers: Sequence[str], count: int) -> dict[int, str]:
    """Which worker is to hold each of `count` shards: evenly, none more than one shard beyond another.

    >>> sorted(holders(["a", "b"], 4).values())
    ['a', 'a', 'b', 'b']
    """
    shares = dict.fromkeys(workers, 0)
    found: dict[int, str] = {}
    for number in range(count if workers else 0):
        least = min(shares.values())
        free = [worker for worker in workers if shares[worker] == least]
        found[number] = max(free, key=lambda worker: _weight(worker, str(number)))
        shares[found[number]] += 1
    return found


def _weight(one: str, other: str) -> bytes:
    return sha256(f"{one} {other}".encode()).digest()
