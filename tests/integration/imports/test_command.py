"""`python -m workers.imports`: progress, exit codes, kill -9 and Ctrl-C."""

import dataclasses
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.factories import random_ticks
from tests.integration.imports.importing import agg_trade_lines, written
from tests.product import wait_for
from workers.coordination.redis_client import redis_client
from workers.imports.run import FLIGHT
from workers.settings import Settings, load_settings, settings_from, use_settings
from workers.store.bars import load_bars
from workers.store.imports import load_imports
from workers.store.ticks import load_ticks

ROOT = Path(__file__).resolve().parents[3]
BTC = "BTCUSDT"


class Command:
    """The command as a user types it, with its own database."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """It runs."""
        command = [sys.executable, "-m", "workers.imports", *map(str, words)]
        return subprocess.Popen(
            command, cwd=ROOT, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __call__(self, *words: str | Path) -> tuple[int, str]:
        """Its exit code and what it said."""
        process = self.start(*words)
        said, _ = process.communicate(timeout=60)
        return process.returncode, said


@pytest.fixture
def command(
    settings: Settings, mongo_client: MongoClient[dict[str, object]], database_name: str
) -> Iterator[Command]:
    """The command, and this process looks at the same database."""
    variant = database_name.removeprefix("test_")[:20]
    own = {"MONGO_URL": settings.mongo_url, "REDIS_URL": settings.redis_url, "CAPTURE": variant}
    exchange = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
    environ = {"PATH": os.environ["PATH"], "SOURCE": "REPLAY", **own, **exchange}
    theirs = settings_from(environ)
    with use_settings(dataclasses.replace(settings, database=theirs.database)):
        yield Command(environ)
    mongo_client.drop_database(theirs.database)


def day_file(folder: Path, trades: int) -> Path:
    return written(folder / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(5, trades)))


def test_it_says_what_became_of_each_file_and_a_second_time_adds_nothing(
    command: Command, tmp_path: Path
) -> None:
    code, said = command(day_file(tmp_path, 200))
    assert code == 0
    assert "200 rows, 200 stored, 0 were there already, 0 in quarantine" in said
    code, said = command(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv")
    assert code == 0
    assert "nothing to add" in said
    assert "200 rows" in command("--list")[1]


def test_a_file_that_fails_does_not_keep_the_next_one_out(command: Command, tmp_path: Path) -> None:
    bad = written(tmp_path / "notes.txt", ["dear diary"])
    code, said = command(bad, tmp_path / "missing.csv", day_file(tmp_path, 20))
    assert code == 1
    assert "it begins with b'dear diary" in said
    assert "missing.csv" in said
    assert len(load_ticks(BTC, after_id=-1)) == 20


def test_a_file_that_is_not_what_the_checksum_beside_it_says_is_refused(
    command: Command, tmp_path: Path
) -> None:
    path = day_file(tmp_path, 20)
    beside = written(tmp_path / f"{path.name}.CHECKSUM", [f"{'0' * 64}  {path.name}"])
    code, said = command(path, beside)
    assert code == 1
    assert f"expected {'0' * 64}" in said
    assert load_imports() == []
    written(beside, [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}"])
    code, said = command(path, beside)
    assert code == 0, said
    assert "20 stored" in said
    assert command(beside)[0] == 2


def test_without_a_database_it_says_so(command: Command, tmp_path: Path) -> None:
    command._environ["MONGO_URL"] = "mongodb://127.0.0.1:1"
    code, said = command(day_file(tmp_path, 1))
    assert code == 4
    assert "MongoDB does not answer" in said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ended_in_the_middle_and_typed_again_it_is_whole(
    command: Command, tmp_path: Path, number: signal.Signals
) -> None:
    path = day_file(tmp_path, 50_000)
    process = command.start(path)
    wait_for(lambda: any(row.rows > 0 for row in load_imports()), 60, "the first batch")
    process.send_signal(number)
    process.communicate(timeout=60)
    (row,) = load_imports()
    assert process.returncode == (3 if number == signal.SIGINT else -9)
    assert (row.state, 0 < row.rows < 50_000) == ("cancelled" if number == signal.SIGINT else "running", True)
    redis_client().delete(f"{load_settings().database}:running:{FLIGHT}")  # as it does after a minute
    code, said = command(path)
    assert code == 0, said
    assert len(load_ticks(BTC, after_id=-1)) == 50_000
    assert sum(bar.trades for bar in load_bars(BTC, "1s")) == 50_000


def test_cancel_cancels(command: Command, tmp_path: Path) -> None:
    path = day_file(tmp_path, 20)
    assert command("--queue", path)[0] == 0
    assert [row.state for row in load_imports()] == ["queued"]
    assert "cancelled" in command("--cancel", path)[1]
    assert [row.state for row in load_imports()] == ["cancelled"]
