"""What a caller catches of the store; it need not know pymongo."""

from pymongo.errors import PyMongoError

StoreDown = PyMongoError


class Fenced(Exception):
    """Raised when another worker has taken a shard: what this one says of its ledger counts no longer."""
