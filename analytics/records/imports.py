"""Stretch: a run of ids of a symbol that came from files."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Ids first_id..last_id of a symbol that came from files.

    Every trade of [since, until) is among them, or its id is on record as a gap.
    Bars are made up to `pending_id`, the first one whose second is not over.
    """

    symbol: str
    first_id: int
    last_id: int
    since: datetime
    until: datetime
    pending_id: int
    counted: bool = False  # the file had no ids: these are numbers in order of time
