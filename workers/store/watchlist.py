"""Watch-list: the symbols that are captured, in the order they were added.

Example document:

    {"_id": "BTCUSDT", "position": 0}
"""

from collections.abc import Sequence

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

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


def add_symbol(symbol: str, *, position: int | None = None) -> bool:
    """Capture a symbol from now on, at the end of the list or at a position; False if it is there already."""
    watchlist = collection("watchlist", durable=True)
    if position is None:
        last = watchlist.find_one(sort=[("position", -1)])
        position = last["position"] + 1 if last else 0
    try:
        watchlist.insert_one({"_id": symbol, "position": position})
    except DuplicateKeyError:
        return False
    return True


def remove_symbol(symbol: str) -> int | None:
    """Capture a symbol no longer; what is stored stays. Returns its position, None if it was not there."""
    removed = collection("watchlist", durable=True).find_one_and_delete({"_id": symbol})
    return removed["position"] if removed else None
