"""Who may come in: `/api/access`, `/api/tokens`, `/api/sign_ins`; what was changed: `/api/audit`."""

from dataclasses import asdict
from datetime import UTC, datetime

from flask import Blueprint, g

from app.access.callers import Caller, has_password, sign_in_required, web_settings
from app.api.contract import endpoint
from app.api.parameters import limit_rule
from app.api.shapes.access import ACCESS, AUDIT, CALLER, ENDED, NEW_TOKEN, REVOKED
from app.errors import BadRequest
from workers.access.passwords import fingerprint, password_hash
from workers.access.tokens import MOST_DAYS, BadToken, NameTaken, make_token
from workers.jobs import Parameter
from workers.messages.access import entry_json, sign_in_json, token_json
from workers.messages.envelope import JSON
from workers.store.api_tokens import load_tokens, revoke_token
from workers.store.audit import load_entries
from workers.store.sessions import end_other_sign_ins, load_sign_ins

blueprint = Blueprint("access", __name__)

BEFORE = Parameter("moment", default=None, about="only what was noted before")


@blueprint.get("/caller")
@endpoint(CALLER)
def caller() -> JSON:
    """As whom this request was let in."""
    return _caller_json(g.caller)


@blueprint.get("/access")
@endpoint(ACCESS)
def access() -> JSON:
    """How this server is closed, who is signed in, and the tokens of programs."""
    settings, caller = web_settings(), g.caller
    password = fingerprint(password_hash(settings.password_file))
    sign_ins = load_sign_ins(password, datetime.now(UTC)) if password else []
    return {
        "caller": _caller_json(caller),
        "sign_in_required": sign_in_required(settings),
        "has_password": has_password(settings),
        "sign_ins": [sign_in_json(one, caller.key) for one in sign_ins],
        "tokens": [token_json(one) for one in load_tokens()],
    }


@blueprint.post("/tokens")
@endpoint(
    status=201,
    answer=NEW_TOKEN,
    body={
        "name": Parameter("text", about="1 to 40 letters, digits, spaces, dots, dashes or underscores"),
        "can_change": Parameter("flag", default=True, about="false: it may read only"),
        "days": Parameter("whole", low=1, high=MOST_DAYS, default=None, about="until it ends; never without"),
    },
    refusals=(409,),
    is_change=True,
)
def add_token(name: str, can_change: bool, days: int | None) -> tuple[JSON, int]:
    """Make a token for a program; the answer is the only place where it ever stands."""
    _people_only()
    try:
        text, token = make_token(name, can_change=can_change, days=days)
    except NameTaken as problem:
        raise BadRequest(409, "name_taken", str(problem), "name") from problem
    except BadToken as problem:
        raise BadRequest(422, "out_of_range", str(problem), "name") from problem
    return {"token": text, **token_json(token)}, 201


@blueprint.delete("/tokens/<name>")
@endpoint(REVOKED, path={"name": Parameter("text")}, refusals=(404,), is_change=True)
def remove_token(name: str) -> JSON:
    """Revoke a token: from now on it opens nothing."""
    _people_only()
    if not revoke_token(name):
        raise BadRequest(404, "unknown_token", f"there is no token {name[:40]!r}", "name")
    return {"name": name}


@blueprint.delete("/sign_ins")
@endpoint(ENDED, is_change=True)
def end_others() -> JSON:
    """Sign out every other browser."""
    _people_only()
    return {"ended": end_other_sign_ins(g.caller.key)}


@blueprint.get("/audit")
@endpoint(AUDIT, query={"limit": limit_rule(100, 1_000), "before": BEFORE})
def audit(limit: int, before: datetime | None) -> JSON:
    """What was changed, or tried to be, newest first."""
    found = load_entries(limit=limit + 1, before=before)
    return {"entries": [entry_json(one) for one in found[:limit]], "older": len(found) > limit}


def _people_only() -> None:
    """A program cannot make itself a second key."""
    if g.caller.kind == "token":
        raise BadRequest(403, "people_only", "tokens and sign-ins are changed by people, not by a token")


def _caller_json(caller: Caller) -> JSON:
    told = asdict(caller)
    return {name: told[name] for name in ("kind", "name", "can_change")}
