"""`python -m workers.backup`: what it says, and its exit codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from workers.settings import settings_from

ROOT = Path(__file__).resolve().parents[3]
EXCHANGE = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}


@pytest.fixture
def environ(
    mongo_url: str, redis_url: str, mongo_client: MongoClient[dict[str, object]], tmp_path: Path
) -> Iterator[dict[str, str]]:
    """A database of its own with one bar in it."""
    told = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "SOURCE": "REPLAY", "CAPTURE": "backupcommand"}
    told |= EXCHANGE | {"PATH": os.environ["PATH"], "LOCAL_DIR": str(tmp_path / "local")}
    name = settings_from(told).database
    mongo_client.drop_database(name)
    mongo_client[name]["bars"].insert_one({"_id": "A:1m:0", "open": 1.0})
    yield told
    mongo_client.drop_database(name)


def run(environ: dict[str, str], *words: str | Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "workers.backup", *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_saved_below_the_local_folder_verified_and_restored(
    environ: dict[str, str], tmp_path: Path, mongo_client: MongoClient[dict[str, object]]
) -> None:
    code, said = run(environ, "save")
    assert code == 0, said
    (file,) = (tmp_path / "local" / "backups").iterdir()
    assert file.name.startswith("gemscap_replay_spot_aggtrade_backupcommand-")
    assert run(environ, "verify", file)[0] == 0
    code, said = run(environ, "restore", file)
    assert (code, "is not empty; --replace" in said) == (1, True)
    bars = mongo_client[settings_from(environ).database]["bars"]
    bars.delete_many({})
    code, said = run(environ, "restore", file)
    assert (code, "documents restored from" in said) == (0, True), said
    assert list(bars.find()) == [{"_id": "A:1m:0", "open": 1.0}]


def test_a_database_that_does_not_answer_is_said(environ: dict[str, str], tmp_path: Path) -> None:
    code, said = run(environ | {"MONGO_URL": "mongodb://127.0.0.1:1"}, "save", tmp_path / "a.backup.zip")
    assert (code, "MongoDB does not answer" in said) == (4, True), said
    assert not list(tmp_path.glob("*.zip*"))
