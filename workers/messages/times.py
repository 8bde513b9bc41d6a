"""Moments as text: ISO 8601 in UTC with milliseconds and Z."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """A moment as the API and the events write it.

    >>> iso(datetime(2024, 8, 8, 23, 55, tzinfo=UTC))
    '2024-08-08T23:55:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    """Likewise, None stays None."""
    return None if moment is None else iso(moment)
