"""Ten minutes of the real market, replayed through the whole product."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.product import Product, wait_for
from tests.replayed import (
    SYMBOLS,
    TRADES,
    Audit,
    audit_ticks,
    bars_are_complete,
    check_minutes,
    recording_database,
    replay_environ,
)

CLEAN: dict[str, list[int]] = {symbol: [] for symbol in SYMBOLS}
RECORDING_SECONDS = 651
SPEEDS = [60, pytest.param(1, marks=pytest.mark.soak)]


@pytest.fixture(params=SPEEDS, ids=lambda speed: f"speed-{speed}")
def speed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def environ(mongo_url: str, redis_url: str, speed: int) -> dict[str, str]:
    return replay_environ(mongo_url, redis_url, speed)


@pytest.fixture
def replayed(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    with recording_database(mongo_client) as database:
        yield database


def play(
    root: Path, environ: dict[str, str], database: Database[dict[str, Any]], speed: int, *, known: int = 0
) -> None:
    """One replay from its first trade to its last bar; so many of its trades are stored already."""

    with Product(root, environ) as product:
        wait_for(lambda: product.figure("stream", "repeats") >= known, 90, "every known trade again")
        wait_for(
            lambda: bars_are_complete(database),
            60 + RECORDING_SECONDS / speed,
            "every trade in a bar, and every bar final",
        )


def test_every_trade_is_stored_once_and_the_minutes_are_those_that_were(
    tmp_path: Path, environ: dict[str, str], replayed: Database[dict[str, Any]], speed: int
) -> None:
    play(tmp_path / "first", environ, replayed, speed)
    assert audit_ticks(replayed) == Audit(CLEAN, CLEAN, CLEAN)
    assert replayed["gaps"].count_documents({}) == 0
    assert replayed["quarantine"].count_documents({}) == 0
    check_minutes(replayed)
    if speed > 1:
        before = list(replayed["ticks"].find(sort=[("_id", 1)]))
        play(tmp_path / "second", environ, replayed, speed, known=TRADES)
        assert list(replayed["ticks"].find(sort=[("_id", 1)])) == before
        check_minutes(replayed)
