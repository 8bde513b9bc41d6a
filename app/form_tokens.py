"""Who may change something: a page of ours by its token, a program by its own or by sending JSON from here.

A browser names the Origin with every change it is told to make. Where one is
named it must be this server, and the token that stands in our pages must come
with it, in a header or in the field of a form: another site can neither read the
page nor send the header. Who came by a session's cookie needs it in any case.
"""

import hashlib
import hmac
from urllib.parse import urlsplit

from flask import current_app, request

from app.access.callers import current_caller
from app.errors import BadRequest

HEADER = "X-Form-Token"
FIELD = "form_token"


def form_token() -> str:
    """The token that stands in every page; another one after each sign-in."""
    caller = current_caller()
    key = str(current_app.config["SECRET_KEY"]).encode()
    purpose = f"form token {caller.key}" if caller and caller.kind == "session" else "form token"
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()[:32]


def require_own_change() -> None:
    """Refuse a change that another site may have asked for."""
    caller = current_caller()
    origin = request.headers.get("Origin")
    if _is_foreign(origin):
        raise BadRequest(403, "foreign_origin", "changes are not taken from other sites", "Origin")
    if caller is not None and not caller.can_change:
        raise BadRequest(403, "read_only", "this token may read, and change nothing")
    if caller is not None and caller.kind == "token":
        return
    if origin is None and (caller is None or caller.kind == "local"):
        return
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode(), form_token().encode()):
        message = f"the header {HEADER} is missing or wrong; reload the page"
        raise BadRequest(403, "no_form_token", message, HEADER)


def _is_foreign(origin: str | None) -> bool:
    if origin is None:
        return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    try:
        return urlsplit(origin).netloc != request.host
    except ValueError:  # no address at all, as `http://[`
        return True


def json_body() -> dict[str, object]:
    """The JSON object that was sent."""
    if not request.is_json:
        raise BadRequest(415, "unsupported_media_type", "send JSON with Content-Type: application/json")
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise BadRequest(400, "malformed", "the body must be a JSON object")
    return body
