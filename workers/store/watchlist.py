"""Watch-list: the symbols that are captured, in the order they were added.

Example document:

    {"_id": "BTCUSDT", "position": 0}
"""

from collections.abc import Sequence

from pymongo import UpdateOne

from workers.store.database import collection


def load_watchlist() -> list[str]:
    """Symbols that are captured, in order."""
    return [document["_id"] for document in collection("watchlist").find(sort=[("position", 1), ("_id", 1)])]


def fill_watchlist(symbols: Sequence[str]) -> None:
    """Put symbols on an empty watch-list; one that has symbols stays as it is."""
    watchlist = collection("watchlist", durable=True)
    if symbols and watchlist.find_one() is None:
        writes = [
            UpdateOne({"_id": symbol}, {"$setOnInsert": {"position": position}}, upsert=True)
            for position, symbol in enumerate(symbols)
        ]
        watchlist.bulk_write(writes, ordered=False)
