"""Work that somebody asked for, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
OPEN: tuple[JobState, ...] = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class AskedJob:
    """One asked job: what was asked, where it stands, and why it failed."""

    id: str
    job: str  # its name in workers/jobs.py
    parameters: Mapping[str, object]
    result_key: str  # under which the store keeps what comes of it
    state: JobState
    asked_at: datetime
    done: int = 0  # of `total`
    total: int = 0  # pieces of work; 0 as long as nobody knows
    text: str = ""  # what is being done, in words
    error: Mapping[str, object] = field(default_factory=dict)  # code, message and what goes with them
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: int = 0  # times that a worker began it
    cancel_wanted: bool = False
    holder: str = ""  # the process that works on it
    alive_at: datetime | None = None  # its last sign of life
    sent_at: datetime | None = None  # when it was put into the queue last

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self.state in OPEN
