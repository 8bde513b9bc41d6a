"""Tokens of programs: made at random, shown once, kept as a hash."""

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta

from analytics.records.access import ApiToken
from workers.store.api_tokens import add_token

PREFIX = "gemscap_"  # tells what it is to who finds one, and to scanners of source code
RANDOM_BYTES = 32
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
MOST_DAYS = 3_650


class BadToken(ValueError):
    """Raised when a token cannot be made; says why."""


class NameTaken(BadToken):
    """Raised when there is a token of that name already."""


def make_token(name: str, *, can_change: bool = True, days: int | None = None) -> tuple[str, ApiToken]:
    """A new token under a name: the text that opens, and what is kept of it.

    Raises
    ------
    BadToken
        The name is not one, or is taken (NameTaken), or the days are out of range.
    """
    if not NAME.fullmatch(name):
        raise BadToken("a name has 1 to 40 letters, digits, spaces, dots, dashes or underscores")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadToken(f"days must be from 1 to {MOST_DAYS}")
    text = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    now = datetime.now(UTC)
    ends = now + timedelta(days=days) if days is not None else None
    token = ApiToken(name, token_hash(text), can_change, made_at=now, expires_at=ends)
    if not add_token(token):
        raise NameTaken(f"there is a token {name!r} already: revoke it first, or choose another name")
    return text, token


def token_hash(text: str) -> str:
    """What is kept of a token.

    >>> token_hash("gemscap_x")[:8]
    'ebc1dd66'
    """
    return hashlib.sha256(text.encode()).hexdigest()
