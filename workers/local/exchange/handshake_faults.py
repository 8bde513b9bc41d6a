"""Handshakes of the streams that are reset or left unanswered."""

from workers.local.exchange.fault_kinds import BlackHole, ResetHandshakes
from workers.local.exchange.faults import Faults
from workers.local.exchange.http_messages import Unanswered


def handshake_fault(faults: Faults, connection: int) -> Unanswered | None:
    """What becomes of the handshake of the connection with this number; None: it is answered."""
    if faults.on(BlackHole, connection):
        return Unanswered.SILENCE
    breaking = faults.on(ResetHandshakes, connection)
    if breaking and faults.strike(ResetHandshakes, breaking.times):
        return Unanswered.RESET
    return None
