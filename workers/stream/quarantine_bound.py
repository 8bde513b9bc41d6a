"""How much quarantine keeps of one reason: a first thousand messages, then one a second.

An exchange that changes a field makes every message malformed. Kept whole they
would fill the store in a day, and be written by the thread that writes the trades.
"""

KEPT_AT_ONCE = 1_000
KEPT_PER_SECOND = 1.0


class QuarantineBound:
    """Says which malformed messages are kept, of each kind of reason."""

    def __init__(self) -> None:
        self._room: dict[str, tuple[float, float]] = {}  # messages there is room for, as of when (seconds)

    def has_room(self, reason: str, received_seconds: float) -> bool:
        """Whether one more message is kept, by the moment it came; it is counted as kept then.

        Reasons are of one kind when they begin alike, up to the first colon:
        the name of the field that could not be read, not its value.
        """
        kind = reason.partition(":")[0]
        room, since = self._room.get(kind, (float(KEPT_AT_ONCE), received_seconds))
        room = min(KEPT_AT_ONCE, room + max(0.0, received_seconds - since) * KEPT_PER_SECOND)
        is_kept = room >= 1.0
        self._room[kind] = (room - is_kept, received_seconds)
        return is_kept
