"""Who is answered (Host names), and what a browser may do with the answer (headers)."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response

from app.errors import error_json

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# No inline script or style anywhere; data: and blob: images are Plotly's saved charts.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class HostGuard:
    """Answers 400 to a foreign Host, before Flask and Socket.IO see the request.

    A page of another site can point its own name at 127.0.0.1; the Host header
    then still holds that name.
    """

    def __init__(self, wrapped: "WSGIApplication", allowed: Collection[str]) -> None:
        self._wrapped = wrapped
        self._allowed = {name.lower() for name in allowed}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """One request."""
        if host_name(environ.get("HTTP_HOST", "")) in self._allowed:
            return self._wrapped(environ, start_response)
        body = orjson.dumps(error_json("foreign_host", "This Host name is not served here.", "Host"))
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *HEADERS.items()]
        start_response("400 Bad Request", headers)
        return [body]


def host_name(header: str) -> str:
    """The name in a Host header, without the port; "" when it cannot be read.

    >>> host_name("LocalHost:5000"), host_name("[::1]:5000"), host_name("127.0.0.1@evil.org")
    ('localhost', '::1', '')
    """
    if not header or any(sign in header for sign in "@/\\?# \t"):
        return ""
    try:
        parts = urlsplit(f"//{header}")
        parts.port  # noqa: B018 - raises when the port is no number
    except ValueError:
        return ""
    return (parts.hostname or "").lower()


def secure(app: Flask, allowed_hosts: Collection[str]) -> None:
    """Put the headers on every answer and the guard before everything; call last."""
    app.after_request(_with_headers)
    guard: Callable[..., Iterable[bytes]] = HostGuard(app.wsgi_app, allowed_hosts)
    app.wsgi_app = guard  # type: ignore[method-assign] # how Flask documents adding middleware


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
