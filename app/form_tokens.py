"""Who may change something: a page of ours by its token, a program by sending JSON without a foreign Origin.

A browser names the Origin with every change it is told to make. Where one is
named it must be this server, and the token that stands in our pages must come
with it: another site can neither read the page nor send the header.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import current_app, request

from app.errors import BadRequest

HEADER = "X-Form-Token"


def form_token() -> str:
    """The token that stands in every page; the same as long as the secret key is."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"form token", hashlib.sha256).hexdigest()[:32]


def require_own_change() -> None:
    """Refuse a change that another site may have asked for."""
    origin = request.headers.get("Origin")
    if origin is None:
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            raise BadRequest(403, "foreign_origin", "changes are not taken from other sites", "Origin")
        return
    if urlsplit(origin).netloc != request.host:
        raise BadRequest(403, "foreign_origin", "changes are not taken from other sites", "Origin")
    if not hmac.compare_digest(request.headers.get(HEADER, ""), form_token()):
        message = f"the header {HEADER} is missing or wrong; reload the page"
        raise BadRequest(403, "no_form_token", message, HEADER)


def json_body() -> dict[str, object]:
    """The JSON object that was sent."""
    if not request.is_json:
        raise BadRequest(415, "unsupported_media_type", "send JSON with Content-Type: application/json")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadRequest(400, "malformed", "the body must be a JSON object")
    return body
