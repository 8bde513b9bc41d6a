"""Fences: whose word on a shard's ledger counts, however long a former holder slept.

Example document:

    {"_id": "0of4", "token": 17, "holder": "stream1@host", "taken_at": 2026-11-22T08:00:00Z}

A token is higher than every one before it, for whichever shard. Who takes a shard
puts its token on the cursors of its symbols; a holder with a lower one is
refused from then on. Redis may lose its leases, the tokens go on rising.

Kleppmann, M. (2016). How to do distributed locking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import ReturnDocument

from workers.store.database import collection
from workers.store.errors import Fenced


@dataclass(frozen=True, slots=True)
class Fence:
    """The right to write the ledger of a shard, until somebody takes a newer one."""

    shard: str
    token: int

    def check(self) -> None:
        """Raise `Fenced` when it has been taken over."""
        row = collection("fences").find_one({"_id": self.shard})
        if row is None or row["token"] != self.token:
            raise Fenced(f"shard {self.shard} was taken over, token {self.token} is too old")

    def put_up(self, symbols: Sequence[str]) -> None:
        """From now on the cursors of these symbols refuse every older token."""
        collection("cursors", durable=True).update_many(
            {"_id": {"$in": list(symbols)}}, {"$max": {"token": self.token}}
        )


def take_fence(shard: str, holder: str) -> Fence:
    """A new token for a shard, higher than all before."""
    counter = collection("counters", durable=True).find_one_and_update(
        {"_id": "fence"}, {"$inc": {"number": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    token = int((counter or {})["number"])
    collection("fences", durable=True).update_one(
        {"_id": shard},
        {"$max": {"token": token}, "$set": {"holder": holder, "taken_at": datetime.now(UTC)}},
        upsert=True,
    )
    return Fence(shard, token)
