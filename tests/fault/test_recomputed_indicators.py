"""The recomputation finds what a stage left out or got wrong, also one that stopped."""

import math
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pymongo import MongoClient

from tests.factories import at, bar
from tests.fault.auditor import Store
from tests.fault.recomputed_indicators import figures_of, wrong_snapshots

BARS, UNTIL = 60, at(60.5)  # a bar of the second that goes on is not there yet
WANTED = {"symbol": "BTCUSDT", "timeframe": "1s"}


@pytest.fixture
def store(mongo_client: MongoClient[dict[str, Any]], database_name: str) -> Store:
    """Bars of a minute, each with a snapshot that is right."""
    store = mongo_client[database_name]
    closes = 100 + np.random.default_rng(4).normal(0, 0.1, BARS).cumsum()
    bars = [bar_row(second, float(close)) for second, close in enumerate(closes)]
    store["bars"].insert_many(bars)
    figures = figures_of(bars, "1s")
    store["indicators"].insert_many(
        [
            WANTED
            | {"as_of": moment.to_pydatetime(), "values": {name: told(value) for name, value in row.items()}}
            for moment, row in figures.iterrows()
        ]
    )
    return store


def bar_row(second: int, close: float) -> dict[str, Any]:
    """A bar of the store."""
    return asdict(bar(at(second), "1s", close))


def told(value: float) -> dict[str, float | None]:
    """A figure as a snapshot holds it."""
    return {"value": None if math.isnan(value) else value}


def test_what_is_right_is_not_complained_about(store: Store) -> None:
    assert wrong_snapshots(store, "BTCUSDT", UNTIL) == []


def test_a_stage_that_stopped_is_found(store: Store) -> None:
    store["indicators"].delete_many({"as_of": {"$gte": at(BARS - 3)}})
    found = wrong_snapshots(store, "BTCUSDT", UNTIL)
    assert found == [f"BTCUSDT 00:00:{second} is not there" for second in (57, 58, 59)]


def test_a_bar_that_goes_on_needs_no_snapshot(store: Store) -> None:
    store["bars"].insert_one(bar_row(BARS, 100.0))
    assert wrong_snapshots(store, "BTCUSDT", UNTIL) == []
    assert len(wrong_snapshots(store, "BTCUSDT", UNTIL + timedelta(seconds=1))) == 1


def test_a_figure_that_differs_is_found(store: Store) -> None:
    store["indicators"].update_one({"as_of": at(30)}, {"$inc": {"values.ema_20.value": 1e-4}})
    [found] = wrong_snapshots(store, "BTCUSDT", UNTIL)
    assert found.startswith("BTCUSDT 00:00:30 ema_20 is ")
