"""A table that is read while it is sent: its columns, its pages of rows, and what must be known of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from workers.messages.envelope import JSON
from workers.settings import load_settings

Kind = Literal["text", "number", "whole", "flag", "moment"]
Row = Sequence[object]  # as the columns say; None where there is no value

WARNINGS = {
    "TESTNET": "Binance's testnet, no real prices",
    "SIMULATED": "Simulated market, no real prices",
    "REPLAY": "Replay of a captured market",
    "LIVE": "",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """What a file will hold."""

    name: str  # of the file, without its ending
    columns: Sequence[Column]
    pages: Iterator[Sequence[Row]]
    completeness: JSON  # how whole the rows are
    following: dict[str, str] = field(default_factory=dict)  # parameters of the next file; empty: the last

    def note(self) -> JSON:
        """What stands at the head of the file."""
        source = load_settings().source
        return {
            "table": self.name,
            "source": source,
            "warning": WARNINGS[source],
            "completeness": self.completeness,
            "next": self.following or None,
        }


def columns(**kinds: Kind) -> list[Column]:
    """Columns by name, in order."""
    return [Column(name, kind) for name, kind in kinds.items()]


def row_of(named: Mapping[str, object], columns: Sequence[Column]) -> list[object]:
    """The named values in the order of the columns, None where there is none.

    >>> row_of({"price": 1.5, "unit": "USDT"}, columns(symbol="text", price="number"))
    [None, 1.5]
    """
    return [named.get(column.name) for column in columns]


def moment_or_none(text: str | None) -> datetime | None:
    """A moment of the JSON that is sent."""
    return None if text is None else datetime.fromisoformat(text)
