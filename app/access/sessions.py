"""The life of a session: begun at sign-in, a new id by the hour, ended when unused or too old."""

import hashlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics.records.access import Session
from workers.access.passwords import fingerprint, password_hash
from workers.settings import Settings
from workers.store.sessions import end_soon, load_session, note_seen, save_session

COOKIE = "gemscap_session"
ID_BYTES = 32
ID_LETTERS = 43  # of so many bytes, in base 64
NEW_ID_AFTER = timedelta(hours=1)
OLD_ID_LASTS = timedelta(seconds=60)  # for requests that are under way
LONGEST = timedelta(days=7)  # from the sign-in on, however much it is used
NOTED_EVERY = timedelta(minutes=1)


def begin_session(settings: Settings, address: str, browser: str) -> tuple[str, Session]:
    """A new sign-in: the id for the cookie, and what is kept of it."""
    id, now = secrets.token_urlsafe(ID_BYTES), datetime.now(UTC)
    password = fingerprint(password_hash(settings.password_file))
    session = Session(
        key=_key(id),
        sign_in=secrets.token_hex(16),
        password=password,
        address=address,
        browser=browser[:200],
        signed_in_at=now,
        made_at=now,
        seen_at=now,
        expires_at=_end(settings, now, now),
    )
    save_session(session)
    return id, session


def used_session(id: str, settings: Settings) -> Session | None:
    """The session of a cookie, and that it was used is noted; None when it opens nothing."""
    hash = password_hash(settings.password_file)
    if len(id) != ID_LETTERS or not hash:
        return None
    now = datetime.now(UTC)
    session = load_session(_key(id), fingerprint(hash), now)
    if session and now - session.seen_at > NOTED_EVERY:
        note_seen(session.key, now, _end(settings, session.signed_in_at, now))
    return session


def renewed_id(id: str, settings: Settings) -> tuple[str, Session] | None:
    """Another id for a session that has had its own for an hour; None before that."""
    now = datetime.now(UTC)
    old = load_session(_key(id), fingerprint(password_hash(settings.password_file)), now)
    if old is None or now - old.made_at < NEW_ID_AFTER:
        return None
    new_id, ends = secrets.token_urlsafe(ID_BYTES), _end(settings, old.signed_in_at, now)
    new = replace(old, key=_key(new_id), made_at=now, seen_at=now, expires_at=ends, is_replaced=False)
    save_session(new)
    end_soon(old.key, now + OLD_ID_LASTS)
    return new_id, new


def _end(settings: Settings, signed_in_at: datetime, now: datetime) -> datetime:
    return min(now + timedelta(hours=settings.session_hours), signed_in_at + LONGEST)


def _key(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()
