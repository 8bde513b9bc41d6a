"""The gate: every request passes it before its view, so that no new route can forget what is checked.

Nobody gets anything without a session or a token once a sign-in is configured,
but for what is named here; and every change is checked to be asked for by a page
of ours or by a program.
"""

import logging
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access.callers import Caller, caller_of, has_password, sign_in_required, web_settings
from app.access.cookies import set_session_cookie
from app.access.proxies import is_loopback
from app.access.sessions import COOKIE, renewed_id
from app.errors import BadRequest, error_json
from app.form_tokens import require_own_change
from workers.settings import BadSetting, Settings
from workers.store.api_tokens import load_tokens
from workers.store.errors import StoreDown

log = logging.getLogger(__name__)

# What is answered without a sign-in: how the sign-in page looks, itself, and that the process is up.
OPEN = frozenset({"static", "vendor.bundle", "sign_in.page", "sign_in.enter", "system.health"})
# Routes that only compute although their method says otherwise.
CHANGES_NOTHING = frozenset({"correlation.corr_heatmap"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
PRIVATE = "private, no-cache"
NOT_KEPT = "no-store"  # what was on the screen is not on the disk after signing out


def register_gate(app: Flask, settings: Settings) -> None:
    """Put the gate before every view; call before anything else is registered.

    Raises
    ------
    BadSetting
        The web would be open to a network without anything that keeps strangers out.
    """
    require_protection(settings)
    app.config["GEMSCAP"] = settings
    app.before_request(_check)
    app.after_request(_keep_private)


def require_protection(settings: Settings) -> None:
    """Refuse to start where everybody could come in."""
    if has_password(settings) or not sign_in_required(settings):
        return
    if not _has_token():
        where = f"HOST: {settings.host!r}" if not settings.trusted_proxies else "TRUSTED_PROXIES: a proxy"
        raise BadSetting(
            f"{where} lets other machines in, so a password is needed: set one with "
            "`python -m workers.access password` and PASSWORD_FILE (`make password`), or make a token with "
            "`python -m workers.access add NAME`"
        )


def _has_token() -> bool:
    try:
        return bool(load_tokens())
    except StoreDown:
        return False


def _check() -> AnyResponse | None:
    """None lets the request through."""
    settings = web_settings()
    if not sign_in_required(settings) and not is_loopback(request.remote_addr or ""):
        message = "no password is set, so only this machine is answered; see docs/network.md"
        raise BadRequest(403, "not_this_machine", message)
    g.caller = caller = None if request.endpoint in OPEN else caller_of(request, settings)
    if caller is None and request.endpoint not in OPEN:
        return _refused(settings)
    if request.method not in SAFE_METHODS and request.endpoint not in CHANGES_NOTHING:
        require_own_change()
    return None


def _refused(settings: Settings) -> AnyResponse:
    """A page goes to the sign-in, a program is told."""
    if request.method == "GET" and not request.path.startswith(("/api", "/metrics", "/socket.io")):
        target = request.full_path.rstrip("?")
        return redirect(f"{url_for('sign_in.page')}?next={quote(target, safe='/')}", 302)
    how = "sign in, or " if has_password(settings) else ""
    answer = jsonify(error_json("not_signed_in", f"{how}send a token: Authorization: Bearer <token>"))
    answer.status_code = 401
    answer.headers["WWW-Authenticate"] = 'Bearer realm="GemsCap"'
    return answer


def _keep_private(response: Response) -> Response:
    """Nothing is kept by caches or for the next user of the browser; the cookie gets a new id each hour."""
    settings = web_settings()
    if request.endpoint in ("static", "vendor.bundle") or not sign_in_required(settings):
        return response
    page = response.mimetype == "text/html"
    response.headers.setdefault("Cache-Control", NOT_KEPT if page else PRIVATE)
    response.vary.add("Cookie")
    if page and request.method == "GET" and _is_session(g.get("caller")):
        renewed = renewed_id(request.cookies[COOKIE], settings)
        if renewed:
            set_session_cookie(response, *renewed)
    return response


def _is_session(caller: Caller | None) -> bool:
    return caller is not None and caller.kind == "session"
