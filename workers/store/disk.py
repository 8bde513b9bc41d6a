"""Room on the disk that holds the database, as MongoDB itself tells."""

from dataclasses import dataclass

from workers.store.database import database


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The file system below the database."""

    total_bytes: int
    used_bytes: int

    @property
    def free_bytes(self) -> int:
        """What is left."""
        return self.total_bytes - self.used_bytes


def load_disk_space() -> DiskSpace | None:
    """Room on the database's disk; None where the server does not tell."""
    stats = database().command("dbStats")
    total, used = stats.get("fsTotalSize"), stats.get("fsUsedSize")
    return DiskSpace(int(total), int(used)) if total and used is not None else None
