"""Notes every change and every attempt: who, what, when, from where, and what came of it.

After each request whose method can change something, whatever its route, so that
no new one can forget it. Refusals, and whatever else comes of a stranger's
attempts, are noted up to a rate: nobody must push out of the log what people did.
"""

import logging
import threading
from datetime import UTC, datetime

from flask import Flask, Response, request

from analytics.records.access import AuditEntry, Outcome
from app.access.callers import current_caller
from app.access.gate import CHANGES_NOTHING, SAFE_METHODS
from app.listeners import TokenBucket
from workers.store.audit import save_entry
from workers.store.errors import StoreDown

log = logging.getLogger(__name__)

KEPT_LETTERS = 500  # of what was sent
REFUSALS_AT_ONCE, REFUSALS_PER_SECOND = 60.0, 0.2


class AuditLog:
    """Writes the entries of one web process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refusals = TokenBucket(burst=REFUSALS_AT_ONCE, per_second=REFUSALS_PER_SECOND)
        self._left_out = 0

    def register(self, app: Flask) -> None:
        """Look at every answer."""
        app.after_request(self._look)

    def _look(self, response: Response) -> Response:
        if request.method not in SAFE_METHODS and request.endpoint not in CHANGES_NOTHING:
            self._note(response.status_code)
        return response

    def _note(self, status: int) -> None:
        outcome, caller = outcome_of(status), current_caller()
        left_out = self._take_turn(is_rationed=outcome == "refused" or caller is None)
        if left_out is None:
            return
        entry = AuditEntry(
            at=datetime.now(UTC),
            who=caller.name if caller else "nobody",
            address=request.remote_addr or "",
            action=f"{request.method} {request.url_rule.rule if request.url_rule else ''}".strip(),
            target=request.path[:KEPT_LETTERS],
            details=_details(),
            status=status,
            outcome=outcome,
            left_out=left_out,
        )
        try:
            save_entry(entry)
        except StoreDown as error:
            log.error(
                "change not in the audit log action=%s who=%s status=%d reason=%s",
                entry.action, entry.who, status, type(error).__name__,
            )  # fmt: skip

    def _take_turn(self, *, is_rationed: bool) -> int | None:
        """How many attempts were left out before this entry; None when this one is, too."""
        with self._lock:
            if is_rationed and not self._refusals.take():
                self._left_out += 1
                return None
            left_out, self._left_out = self._left_out, 0
            return left_out


def outcome_of(status: int) -> Outcome:
    """What a status says of a change.

    >>> outcome_of(201), outcome_of(303), outcome_of(403), outcome_of(503)
    ('done', 'done', 'refused', 'failed')
    """
    if status < 400:
        return "done"
    return "refused" if status < 500 else "failed"


def _details() -> str:
    """JSON that was sent, shortened; never a form, which may hold a password."""
    if not request.is_json or (request.content_length or 0) > KEPT_LETTERS * 20:
        return ""
    return request.get_data(as_text=True)[:KEPT_LETTERS]
