"""What MongoDB says of itself and of this database."""

from dataclasses import dataclass

from workers.store.database import database


@dataclass(frozen=True, slots=True)
class MongoFigures:
    """Its version, and what the database takes on its disk with its indexes."""

    version: str
    stored_mb: float


def load_mongo_figures() -> MongoFigures:
    """As of now."""
    stats = database().command("dbStats")
    version = str(database().client.server_info()["version"])
    return MongoFigures(version, (stats["storageSize"] + stats["indexSize"]) / 1e6)
