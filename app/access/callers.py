"""Who asks: a browser that signed in, a program with a token, or somebody at this machine."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from flask import current_app, g
from werkzeug.wrappers import Request

from app.access.sessions import COOKIE, used_session
from workers.access.passwords import password_hash
from workers.access.tokens import token_hash
from workers.settings import LOOPBACK_HOSTS, Settings
from workers.store.api_tokens import load_token, note_token_used

Kind = Literal["local", "session", "token"]
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who was let in."""

    kind: Kind
    name: str  # as the audit log names them
    key: str = ""  # the sign-in of a session, the name of a token
    can_change: bool = True


LOCAL = Caller("local", "this machine")


def sign_in_required(settings: Settings) -> bool:
    """Whether nobody gets anything without a session or a token.

    Once a password is set, when the web listens beyond loopback, and behind a proxy.
    """
    beyond = settings.host not in LOOPBACK_HOSTS
    return bool(settings.password_file or settings.trusted_proxies or beyond)


def caller_of(request: Request, settings: Settings) -> Caller | None:
    """Who sent this request; None when they are to be refused."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _program(text.strip())
    if not sign_in_required(settings):
        return LOCAL
    session = used_session(request.cookies.get(COOKIE, ""), settings)
    return Caller("session", "password", session.sign_in) if session else None


def current_caller() -> Caller | None:
    """Who sent the request that is being answered."""
    caller: Caller | None = g.get("caller")
    return caller


def web_settings() -> Settings:
    """The settings this application was made with."""
    settings: Settings = current_app.config["GEMSCAP"]
    return settings


def has_password(settings: Settings) -> bool:
    """Whether a person can sign in."""
    return bool(password_hash(settings.password_file))


def _program(text: str) -> Caller | None:
    now = datetime.now(UTC)
    token = load_token(token_hash(text), now)
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        note_token_used(token.name, now)
    return Caller("token", f"token {token.name}", token.name, token.can_change)
