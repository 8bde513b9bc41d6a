"""Who may come in, and what was changed by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Session:
    """One id of one sign-in."""

    key: str  # SHA-256 of the id
    sign_in: str
    password: str  # fingerprint of the hash
    address: str
    browser: str
    signed_in_at: datetime
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_replaced: bool = False  # a newer id has taken its place


@dataclass(frozen=True, slots=True)
class ApiToken:
    """One program's token, without the token itself."""

    name: str
    hash: str  # SHA-256, hexadecimal
    can_change: bool  # False: may read only
    made_at: datetime
    expires_at: datetime | None = None  # None: until it is revoked
    last_used_at: datetime | None = None  # to the minute


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change, or the attempt."""

    at: datetime
    who: str  # "this machine", "password", "token laptop", "command line", "nobody"
    address: str
    action: str  # method and route
    target: str  # the path
    details: str  # what was sent with it, shortened
    status: int  # of HTTP; of a command its exit code
    outcome: Outcome
    left_out: int = 0  # attempts before this one that were too many to be noted
