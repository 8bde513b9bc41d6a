"""The cookie of a session: no script reads it, no other site sends it, under TLS nothing else carries it."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from analytics.records.access import Session
from app.access.sessions import COOKIE, LONGEST


def set_session_cookie(response: Response | AnyResponse, id: str, session: Session) -> None:
    """Give the browser its id, for as long as use may put off the end that the server keeps."""
    response.set_cookie(
        COOKIE,
        id,
        expires=session.signed_in_at + LONGEST,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop_session_cookie(response: Response | AnyResponse) -> None:
    """Take it away."""
    response.delete_cookie(COOKIE, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
