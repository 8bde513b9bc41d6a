"""Sign-ins, tokens and the audit log as JSON; ids and hashes stay behind."""

from analytics.records.access import ApiToken, AuditEntry, Session
from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none


def sign_in_json(session: Session, own: str) -> JSON:
    """One sign-in; `own` is the asker's."""
    return {
        "is_own": session.sign_in == own,
        "address": session.address,
        "browser": session.browser,
        "signed_in_at": iso(session.signed_in_at),
        "seen_at": iso(session.seen_at),
        "expires_at": iso(session.expires_at),
    }


def token_json(token: ApiToken) -> JSON:
    """One token, without itself."""
    return {
        "name": token.name,
        "can_change": token.can_change,
        "made_at": iso(token.made_at),
        "expires_at": iso_or_none(token.expires_at),
        "last_used_at": iso_or_none(token.last_used_at),
    }


def entry_json(entry: AuditEntry) -> JSON:
    """One line of the audit log."""
    return {
        "at": iso(entry.at),
        "who": entry.who,
        "address": entry.address,
        "action": entry.action,
        "target": entry.target,
        "details": entry.details,
        "status": entry.status,
        "outcome": entry.outcome,
        "left_out": entry.left_out,
    }
