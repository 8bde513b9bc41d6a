"""Prepares the database; run at worker start, harmless when run again."""

from workers.store import (
    api_tokens,
    audit,
    bars,
    book,
    divergences,
    gaps,
    heartbeats,
    imports,
    indicators,
    jobs,
    quarantine,
    rebuilds,
    results,
    seams,
    sessions,
    sign_in_attempts,
    stretches,
    ticks,
)
from workers.store.schema import ensure_schema


def ensure_indexes() -> None:
    """See that the schema is this code's, and create what indexes are missing, each declared in its file."""
    ensure_schema()
    create_indexes()


def create_indexes() -> None:
    """Create the indexes that are missing."""
    for part in (
        ticks,
        bars,
        book,
        gaps,
        indicators,
        divergences,
        quarantine,
        rebuilds,
        seams,
        stretches,
        heartbeats,
        imports,
        jobs,
        results,
        sessions,
        sign_in_attempts,
        api_tokens,
        audit,
    ):
        part.ensure_indexes()
