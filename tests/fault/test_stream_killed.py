"""The stream's process dies in the middle of a replay: it comes back, and what was missed is brought."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.fault.measuring import Measured
from tests.product import Product, wait_for
from tests.replayed import (
    END,
    SYMBOLS,
    Audit,
    audit_ticks,
    bars_are_complete,
    check_minutes,
    recording_database,
    replay_environ,
)

SPEED = 15.0  # the recording lasts 43 s
BACK_SECONDS = 15.0
START_SECONDS = 40.0  # a process of the whole product, on a machine that does other things too
REPAIR_SECONDS = 60.0


@pytest.fixture
def environ(mongo_url: str, redis_url: str) -> dict[str, str]:
    return replay_environ(mongo_url, redis_url, SPEED)


@pytest.fixture
def database(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    with recording_database(mongo_client) as database:
        yield database


def count(database: Database[dict[str, Any]]) -> int:
    return database["ticks"].estimated_document_count()


def test_it_comes_back_and_the_hole_is_on_record_and_repaired(
    tmp_path: Path, environ: dict[str, str], database: Database[dict[str, Any]], measured: Measured
) -> None:
    with Product(tmp_path / "run", environ) as product:
        wait_for(lambda: count(database) > 5_000, 40, "the first trades")
        killed = product.pid_of("stream")
        os.kill(killed, signal.SIGKILL)
        stored_at_kill = count(database)
        seen = wait_for(
            lambda: product.pid_of("stream") not in (0, killed), START_SECONDS, "a new stream process"
        )
        back = wait_for(lambda: count(database) > stored_at_kill + 500, BACK_SECONDS, "new trades")
        wait_for(
            lambda: len(database["gaps"].distinct("symbol")) == len(SYMBOLS), 30, "a row for each symbol"
        )
        wait_for(lambda: last_trade_of_each(database) >= len(SYMBOLS), 90, "the end of the recording")
        repaired = wait_for(lambda: not unresolved(database), REPAIR_SECONDS, "the repair of the hole")
        wait_for(lambda: bars_are_complete(database), REPAIR_SECONDS, "every trade in a final bar")
    measured(
        "R1",
        injected=f"the stream of the whole product killed in a recording at {SPEED:.0f} x its speed",
        demanded=f"capture goes on <= {BACK_SECONDS:.0f} s, repaired <= {REPAIR_SECONDS:.0f} s",
        found=f"goes on after {seen + back:.1f} s, repaired {repaired:.1f} s after the end",
    )
    assert {row["state"] for row in database["gaps"].find()} == {"filled"}
    assert audit_ticks(database) == Audit(*({symbol: [] for symbol in SYMBOLS} for _ in range(3)))
    check_minutes(database)


def unresolved(database: Database[dict[str, Any]]) -> int:
    return database["gaps"].count_documents({"state": {"$in": ["open", "filling", "failed"]}})


def last_trade_of_each(database: Database[dict[str, Any]]) -> int:
    """How many symbols' bars have passed the end of the recording."""
    return sum(1 for row in database["progress"].find() if row["built_until"] > END)
