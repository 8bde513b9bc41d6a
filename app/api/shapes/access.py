"""Shapes of who may come in and of what was changed."""

from typing import get_args

from analytics.records.access import Outcome
from app.api.shapes.vocabulary import FLAG, MOMENT, TEXT, WHOLE, choice, many, optional, record, told, widened

CALLER = record(
    "Caller",
    kind=told(choice("local", "session", "token"), "local: no sign-in is asked for on this machine"),
    name=TEXT,
    can_change=FLAG,
)
_SIGN_IN = record(
    "SignIn",
    is_own=FLAG,
    address=TEXT,
    browser=TEXT,
    signed_in_at=MOMENT,
    seen_at=MOMENT,
    expires_at=MOMENT,
)
TOKEN = record(
    "Token",
    name=TEXT,
    can_change=told(FLAG, "false: it may read only"),
    made_at=MOMENT,
    expires_at=optional(MOMENT),
    last_used_at=optional(MOMENT),
)
NEW_TOKEN = widened(TOKEN, "NewToken", token=told(TEXT, "what to send as Bearer; it is shown this once"))
ACCESS = record(
    "Access",
    caller=CALLER,
    sign_in_required=FLAG,
    has_password=FLAG,
    sign_ins=many(_SIGN_IN),
    tokens=many(TOKEN),
)
ENDED = record("EndedSignIns", ended=told(WHOLE, "sign-ins, besides this one"))
REVOKED = record("RevokedToken", name=TEXT)
_ENTRY = record(
    "AuditEntry",
    at=MOMENT,
    who=TEXT,
    address=TEXT,
    action=told(TEXT, "method and route, or the command"),
    target=TEXT,
    details=told(TEXT, "JSON that was sent, shortened"),
    status=told(WHOLE, "of HTTP; of a command its exit code"),
    outcome=choice(*get_args(Outcome)),
    left_out=told(WHOLE, "attempts before this one that were too many to be noted"),
)
AUDIT = record("Audit", entries=many(_ENTRY), older=told(FLAG, "whether there are older ones"))
