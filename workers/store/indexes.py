"""Creates every index; run at worker start, harmless when run again."""

from workers.store import bars, book, gaps, heartbeats, indicators, quarantine, ticks


def ensure_indexes() -> None:
    """Create the indexes that are missing, each declared in its collection's file."""
    for part in (ticks, bars, book, gaps, indicators, quarantine, heartbeats):
        part.ensure_indexes()
