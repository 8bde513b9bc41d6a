"""The sign-in page: one password, tried ten times and then ever more slowly."""

import threading
from datetime import UTC, datetime

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access.addresses import safe_next
from app.access.callers import Caller, has_password, sign_in_required, web_settings
from app.access.cookies import drop_session_cookie, set_session_cookie
from app.access.proxies import neighbourhood
from app.access.sessions import begin_session
from app.errors import BadRequest
from workers.access.passwords import is_password, password_hash
from workers.store.sessions import end_sign_in
from workers.store.sign_in_attempts import count_attempt, forget_attempts

blueprint = Blueprint("sign_in", __name__)

AT_ONCE = threading.BoundedSemaphore(4)  # hashing is dear on purpose: strangers do not get the processor


@blueprint.get("/sign-in")
def page() -> AnyResponse:
    """Ask for the password."""
    if not sign_in_required(web_settings()):
        return redirect(url_for("overview.page"))
    return _page(200)


@blueprint.post("/sign-in")
def enter() -> AnyResponse:
    """Let in who knows it, under an id nobody knew before."""
    settings = web_settings()
    hash = password_hash(settings.password_file)
    if not hash:
        raise BadRequest(409, "no_password", "no password is set on this server; programs use tokens")
    address = neighbourhood(request.remote_addr or "")
    wait = count_attempt(address, datetime.now(UTC))
    if wait:
        return _page(429, f"Too many attempts from this address. Try again in {_in_words(wait)}.", wait)
    if not AT_ONCE.acquire(timeout=5.0):
        return _page(429, "Too many attempts at this moment. Try again.", 5.0)
    try:
        is_right = is_password(hash, request.form.get("password", ""))
    finally:
        AT_ONCE.release()
    if not is_right:
        return _page(401, "That is not the password.")
    forget_attempts(address)
    id, session = begin_session(settings, request.remote_addr or "", request.user_agent.string)
    g.caller = Caller("session", "password", session.sign_in)
    answer = redirect(safe_next(request.form.get("next", "")), 303)
    set_session_cookie(answer, id, session)
    return answer


@blueprint.post("/sign-out")
def leave() -> AnyResponse:
    """End this sign-in, in every tab of it."""
    if g.caller.kind == "session":
        end_sign_in(g.caller.key)
    answer = redirect(url_for("sign_in.page"), 303)
    drop_session_cookie(answer)
    return answer


def _page(status: int, problem: str = "", wait: float = 0.0) -> Response:
    target = safe_next(request.values.get("next", ""))
    known = has_password(web_settings())
    answer = make_response(
        render_template("sign_in.html", problem=problem, target=target, has_password=known), status
    )
    if wait:
        answer.headers["Retry-After"] = str(int(wait) + 1)
    return answer


def _in_words(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds + 0.5:.0f} seconds"
