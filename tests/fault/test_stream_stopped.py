"""SIGTERM under load: the stream stores what has come and goes in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.fault.auditor import audit
from tests.fault.measuring import Measured
from tests.integration.exchange.running import Running, running
from tests.product import wait_for
from workers.local.waiting import wait_until

SEED = "4711"
RATE = 1_000
EXIT_SECONDS = 10.0


@pytest.fixture
def exchange() -> Iterator[Running]:
    """A simulated exchange under load."""
    with running("--synthetic", "--seed", SEED, "--rate", str(RATE), "--control-port", "0") as exchange:
        yield exchange


@pytest.fixture
def database(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """The database of this market, empty before and gone after."""
    database = mongo_client[f"gemscap_simulated_spot_aggtrade_{SEED}"]
    mongo_client.drop_database(database.name)
    yield database
    mongo_client.drop_database(database.name)


def start_stream(exchange: Running, mongo_url: str, redis_url: str, log: Path) -> subprocess.Popen[bytes]:
    environ = os.environ | {
        "MONGO_URL": mongo_url,
        "REDIS_URL": redis_url,
        "SOURCE": "SIMULATED",
        "SEED": SEED,
        "BINANCE_WS_URL": exchange.ws_url,
        "BINANCE_REST_URL": exchange.url,
        "SPOOL_DIR": str(log.parent / "spool"),
    }
    line = "-A workers.celery_app worker -n stream@%h -Q stream --pool solo --hold-stream"
    command = [sys.executable, "-m", "celery", *line.split(), "--without-mingle", "--without-gossip"]
    with log.open("wb") as output:
        return subprocess.Popen(command, env=environ, stdout=output, stderr=output)


def test_it_stores_everything_and_exits_in_time(
    exchange: Running,
    mongo_url: str,
    redis_url: str,
    database: Database[dict[str, Any]],
    tmp_path: Path,
    measured: Measured,
) -> None:
    log = tmp_path / "stream.log"
    stream = start_stream(exchange, mongo_url, redis_url, log)
    try:
        wait_for(lambda: database["ticks"].estimated_document_count() > 3 * RATE, 60, "some seconds of load")
        began = time.monotonic()
        stream.send_signal(signal.SIGTERM)
        code = stream.wait(EXIT_SECONDS)
        took = time.monotonic() - began
    finally:
        stream.kill()
    measured(
        "R3",
        injected=f"SIGTERM at {RATE} trades/s",
        demanded=f"exit <= {EXIT_SECONDS:.0f} s with code 0, nothing left on disk",
        found=f"exit after {took:.1f} s with code {code}",
    )
    assert code == 0, log.read_text()
    assert "waits on disk" not in log.read_text()
    assert list(tmp_path.rglob("*.spool")) == []
    stored = {row["_id"]: row["last_id"] for row in database["cursors"].find()}
    found = audit(exchange.control, database, stored)
    assert found.trades_are_whole, found


def test_a_stopped_stream_has_left_the_list_of_processes(
    exchange: Running, mongo_url: str, redis_url: str, database: Database[dict[str, Any]], tmp_path: Path
) -> None:
    stream = start_stream(exchange, mongo_url, redis_url, tmp_path / "stream.log")
    try:
        wait_for(
            lambda: database["heartbeats"].count_documents({"process": "stream"}) == 1, 60, "a heartbeat"
        )
        stream.terminate()
        stream.wait(EXIT_SECONDS)
    finally:
        stream.kill()
    assert wait_until(lambda: beating(database) == 0, 1.0)


def beating(database: Database[dict[str, Any]]) -> int:
    """How many stream processes are on the list."""
    return database["heartbeats"].count_documents({"process": "stream"})
