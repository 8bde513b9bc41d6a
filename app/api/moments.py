"""Moments as a client writes them: ISO 8601 in any zone, or milliseconds since 1970."""

import re
from datetime import UTC, datetime

YEARS = (1970, 2199)  # of a moment a client may name


def moment_from(text: str) -> datetime | None:
    """The moment a text names, None where it names none.

    >>> moment_from("1723161300000") == moment_from("2024-08-09T01:55:00+02:00")
    True
    """
    try:
        if re.fullmatch(r"-?[0-9]{1,15}", text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        # A plus sign that was not escaped arrives as a space.
        moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
