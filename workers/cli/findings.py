"""What a look at one part came to."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "bad", "skipped"]
SIGNS = {"ok": "ok", "warn": "!", "bad": "BAD", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor."""

    part: str
    state: State
    text: str  # what was found, and what to do about it

    @property
    def line(self) -> str:
        """As it is printed.

        >>> Finding("Redis", "ok", "7.0.5, 2 ms").line
        'ok   Redis             7.0.5, 2 ms'
        """
        return f"{SIGNS[self.state]:<4} {self.part:<17} {self.text}"
