"""Names in the order they were added: what the list of symbols and the list of pairs have in common.

Example document:

    {"_id": "BTCUSDT", "position": 0}
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from workers.store.database import collection


@dataclass(frozen=True, slots=True)
class OrderedNames:
    """The names of one collection."""

    collection: str

    def load(self) -> list[str]:
        """All, in order."""
        found = collection(self.collection).find(sort=[("position", 1), ("_id", 1)])
        return [document["_id"] for document in found]

    def fill(self, names: Sequence[str]) -> None:
        """Put names on an empty list; one that has some stays as it is."""
        rows = collection(self.collection, durable=True)
        if names and rows.find_one() is None:
            writes = [
                UpdateOne({"_id": name}, {"$setOnInsert": {"position": position}}, upsert=True)
                for position, name in enumerate(names)
            ]
            rows.bulk_write(writes, ordered=False)

    def add(self, name: str, position: int | None = None) -> bool:
        """One more, at the end or at a position; False if it is there already."""
        rows = collection(self.collection, durable=True)
        if position is None:
            last = rows.find_one(sort=[("position", -1)])
            position = last["position"] + 1 if last else 0
        try:
            rows.insert_one({"_id": name, "position": position})
        except DuplicateKeyError:
            return False
        return True

    def remove(self, name: str) -> int | None:
        """Take one off; its position, None if it was not there."""
        removed = collection(self.collection, durable=True).find_one_and_delete({"_id": name})
        return removed["position"] if removed else None
