"""A quick Tick is a Tick."""

import dataclasses
import pickle
from datetime import UTC, datetime

import pytest

from analytics.records.market import Tick
from workers.binance.quick_tick import quick_tick

NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = ("BTCUSDT", 7, 1.5, 0.25, NOW, NOW, True, 70, 71)


def test_it_equals_one_made_by_the_constructor() -> None:
    assert quick_tick(*VALUES) == Tick(*VALUES)
    assert hash(quick_tick(*VALUES)) == hash(Tick(*VALUES))
    assert repr(quick_tick(*VALUES)) == repr(Tick(*VALUES))
    assert type(quick_tick(*VALUES)) is Tick


def test_it_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        quick_tick(*VALUES).price = 2.0  # type: ignore[misc]


def test_it_can_be_replaced_and_pickled() -> None:
    tick = quick_tick(*VALUES)
    assert dataclasses.replace(tick, id=8) == Tick("BTCUSDT", 8, *VALUES[2:])
    assert pickle.loads(pickle.dumps(tick)) == tick
