"""The auditor: what the exchange says was traded, against what the store holds.

Tests of faults that capture meets end with it. It reads MongoDB itself, not through the product's own code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.fault.compared_bars import Store, Truth, compare_bars, milliseconds
from tests.fault.control import Row

ID_BITS = 44
ID_MASK = (1 << ID_BITS) - 1
UNRESOLVED = ("open", "filling", "failed")
SHOWN = 5

Stored = dict[int, Row]


@dataclass(slots=True)
class Audit:
    """Everything that is wrong; clean when all of it is empty."""

    missing: list[str] = field(default_factory=list)  # traded, and not stored
    extra: list[str] = field(default_factory=list)  # stored, and never traded
    duplicates: list[str] = field(default_factory=list)  # one trade in two ticks
    differing: list[str] = field(default_factory=list)
    unproved: list[str] = field(default_factory=list)  # ids that never existed and are not on record as such
    denied: list[str] = field(default_factory=list)  # on record as never existing, and traded
    bars: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)  # rows that are not resolved
    quarantine: list[str] = field(default_factory=list)
    ticks: int = 0  # how many were compared
    bars_compared: int = 0  # those that lie wholly in the ledger

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong; an audit of nothing is not clean, nor one without bars."""
        return self.ticks > 0 and self.bars_compared > 0 and not self._problems()

    @property
    def trades_are_whole(self) -> bool:
        """The same without bars, for a world that builds none."""
        return self.ticks > 0 and not self._problems(but="bars")

    def __repr__(self) -> str:
        if self.ticks == 0:
            return "Audit: nothing was stored or traded, so nothing was audited"
        words = "clean" if self.clean else "; ".join(self._problems() or ["no bar to compare"])
        return f"Audit of {self.ticks} trades and {self.bars_compared} bars: {words}"

    def _problems(self, but: str = "") -> list[str]:
        names = ("missing", "extra", "duplicates", "differing", "unproved", "denied", "bars", "gaps")
        return [
            f"{name} {len(found)}: {', '.join(found[:SHOWN])}{' ...' if len(found) > SHOWN else ''}"
            for name in (*names, "quarantine")
            if name != but and (found := getattr(self, name))
        ]


def audit(
    truth: Truth,
    store: Store,
    last_ids: Mapping[str, int],
    *,
    injected: int = 0,
    kind: str = "aggTrade",
    has_second_klines: bool = True,
) -> Audit:
    """Every symbol from its first stored trade to the given id, its bars, its gaps, and the quarantine.

    Parameters
    ----------
    last_ids
        By symbol: up to which id, what was traded later is left alone.
    injected
        How many messages nobody can read were sent.
    has_second_klines
        Whether the exchange has candles of one second, which complete the second of the first trade.
    """
    found = Audit()
    numbers = {row["_id"].removeprefix("symbol:"): row["number"] for row in _symbol_counters(store)}
    for symbol, last in last_ids.items():
        number = numbers.get(symbol)
        stored = _stored_rows(store, number) if number is not None else {}
        if not stored:
            found.missing.append(f"{symbol}: everything")
            continue
        rows = truth.ledger(symbol, min(stored), max(last, max(stored)), kind)
        _compare_ticks(found, symbol, rows, stored, last)
        _compare_absent(found, store, symbol, rows, last)
        bars = compare_bars(
            truth,
            store,
            symbol,
            [row for row in rows if row[0] <= last],
            kind=kind,
            has_second_klines=has_second_klines,
        )
        found.bars += bars.problems
        found.bars_compared += bars.compared
    _look_for_strays(found, store, set(numbers.values()))
    _look_at_gaps(found, store, last_ids)
    _look_at_quarantine(found, store, injected)
    return found


def _symbol_counters(store: Store) -> list[dict[str, Any]]:
    return list(store["counters"].find({"_id": {"$regex": "^symbol:"}}))


def _stored_rows(store: Store, number: int) -> Stored:
    """Ticks of a symbol as rows of the ledger, numbers in place of texts."""
    found = store["ticks"].find({"_id": {"$gte": number << ID_BITS, "$lt": (number + 1) << ID_BITS}})
    return {
        row["_id"] & ID_MASK: [
            row["_id"] & ID_MASK,
            row["price"],
            row["quantity"],
            milliseconds(row["traded_at"]),
            row["buyer_is_maker"],
            row["first_trade_id"],
            row["last_trade_id"],
        ]
        for row in found
    }


def _compare_ticks(found: Audit, symbol: str, rows: Sequence[Row], stored: Stored, last: int) -> None:
    traded = {row[0]: [row[0], float(row[1]), float(row[2]), *row[3:]] for row in rows}
    wanted = {id for id in traded if id <= last}
    found.ticks += len(wanted)
    found.missing += [f"{symbol} {id}" for id in sorted(wanted - set(stored))]
    found.extra += [f"{symbol} {id}" for id in sorted(set(stored) - set(traded))]
    both = sorted(set(traded) & set(stored))
    found.differing += [
        f"{symbol} {id}: {stored[id]}, not {traded[id]}" for id in both if stored[id] != traded[id]
    ]
    for earlier, later in pairwise(stored[id] for id in sorted(stored)):
        if later[5] <= earlier[6]:
            found.duplicates.append(f"{symbol} {earlier[0]} and {later[0]}")


def _compare_absent(found: Audit, store: Store, symbol: str, rows: Sequence[Row], last: int) -> None:
    """Ids that never existed are on record as such, and no others are."""
    known = {row[0] for row in rows}
    never = set(range(rows[0][0], last + 1)) - known if rows else set()
    proved: set[int] = set()
    for gap in store["gaps"].find({"symbol": symbol, "state": "verified_absent"}):
        for low, high in gap["missing"] or [[gap["first_id"], gap["last_id"]]]:
            proved.update(range(low, high + 1))
    found.unproved += [f"{symbol} {id}" for id in sorted(never - proved)]
    found.denied += [f"{symbol} {id}" for id in sorted(proved & known)]


def _look_for_strays(found: Audit, store: Store, numbers: set[int]) -> None:
    known = {"$or": [{"_id": {"$gte": n << ID_BITS, "$lt": (n + 1) << ID_BITS}} for n in sorted(numbers)]}
    strays = store["ticks"].find({"$nor": [known]} if numbers else {}, {"_id": 1}, limit=SHOWN + 1)
    found.extra += [f"of no symbol {row['_id']}" for row in strays]


def _look_at_gaps(found: Audit, store: Store, last_ids: Mapping[str, int]) -> None:
    rows = store["gaps"].find({"symbol": {"$in": list(last_ids)}, "state": {"$in": list(UNRESOLVED)}})
    found.gaps += [
        f"{row['symbol']} {row['first_id']}..{row['last_id']} {row['state']} tries={row['tries']} "
        f"{row['reason']!r}"
        for row in rows
        if row["first_id"] <= last_ids[row["symbol"]]
    ]


def _look_at_quarantine(found: Audit, store: Store, injected: int) -> None:
    rows = list(store["quarantine"].find({}, {"reason": 1}))
    if len(rows) != injected:
        found.quarantine.append(f"{len(rows)} rows, not {injected}")
    found.quarantine += ["a row without a reason" for row in rows if not row["reason"]]
