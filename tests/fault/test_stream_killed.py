"""The stream's process dies in the middle of a replay: it comes back, and what was missed is on record."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.product import Product, wait_for
from tests.replayed import END, SYMBOLS, audit_ticks, replay_files
from workers.local.exchange.captures import describe

SPEED = 15.0  # the recording lasts 43 s
BACK_SECONDS = 15.0


@pytest.fixture
def environ(mongo_url: str, redis_url: str) -> dict[str, str]:
    return {
        "MONGO_URL": mongo_url,
        "REDIS_URL": redis_url,
        "REPLAY": replay_files(),
        "REPLAY_SPEED": str(SPEED),
    }


@pytest.fixture
def database(
    mongo_client: MongoClient[dict[str, Any]], environ: dict[str, str]
) -> Iterator[Database[dict[str, Any]]]:
    """The database of the recording, empty before and gone after."""
    label = describe([Path(name) for name in environ["REPLAY"].split()]).label
    database = mongo_client[f"gemscap_replay_spot_trade_{label}"]
    mongo_client.drop_database(database.name)
    yield database
    mongo_client.drop_database(database.name)


def count(database: Database[dict[str, Any]]) -> int:
    return database["ticks"].estimated_document_count()


def missing_by_ledger(database: Database[dict[str, Any]], symbol: str) -> list[int]:
    """Every id that an open row of the gap ledger says is missing."""
    ids: list[int] = []
    for row in database["gaps"].find({"symbol": symbol, "state": "open"}):
        for first, last in row["missing"] or [(row["first_id"], row["last_id"])]:
            ids.extend(range(first, last + 1))
    return sorted(ids)


def test_it_comes_back_without_repeats_and_the_hole_is_in_the_ledger(
    tmp_path: Path, environ: dict[str, str], database: Database[dict[str, Any]]
) -> None:
    with Product(tmp_path / "run", environ) as product:
        wait_for(lambda: count(database) > 5_000, 40, "the first trades")
        killed = product.pid_of("stream")
        os.kill(killed, signal.SIGKILL)
        stored_at_kill = count(database)
        wait_for(lambda: product.pid_of("stream") not in (0, killed), BACK_SECONDS, "a new stream process")
        back = wait_for(lambda: count(database) > stored_at_kill + 500, BACK_SECONDS, "new trades")
        print(f"capture went on {back:.1f} s after the new process was seen")
        wait_for(lambda: last_trade_of_each(database) >= len(SYMBOLS), 90, "the end of the recording")
        audit = audit_ticks(database)
        for symbol in SYMBOLS:
            assert audit.missing[symbol], "nothing was lost: the kill came too late to prove anything"
            assert missing_by_ledger(database, symbol) == audit.missing[symbol]
            assert audit.extra[symbol] == audit.differing[symbol] == []


def last_trade_of_each(database: Database[dict[str, Any]]) -> int:
    """How many symbols' bars have passed the end of the recording."""
    return sum(1 for row in database["progress"].find() if row["built_until"] > END)
