"""A record as plain dictionaries."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from analytics.pairs.snapshot import pair_snapshot
from analytics.records.plain import plain
from tests.factories import planted_pair, priced_pair


@dataclass(frozen=True, slots=True)
class Inner:
    values: list[float]


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    inner: Inner
    by_name: dict[str, Inner]
    missing: Inner | None = None


def test_records_inside_a_record_become_dictionaries_too() -> None:
    told = plain(Outer("a", Inner([1.0]), {"b": Inner([2.0])}))
    assert told == {
        "name": "a",
        "inner": {"values": [1.0]},
        "by_name": {"b": {"values": [2.0]}},
        "missing": None,
    }


def test_a_list_is_not_copied() -> None:
    inner = Inner([1.0, 2.0])
    assert plain(inner)["values"] is inner.values


def test_a_snapshot_is_told_as_the_standard_library_tells_it() -> None:
    y, x = planted_pair(1, 200)
    prices = priced_pair(pd.DataFrame({"Y": np.exp(y), "X": np.exp(x)}))
    snapshot = pair_snapshot(prices, computed_at=datetime.now(UTC))
    assert plain(snapshot) == asdict(snapshot)
