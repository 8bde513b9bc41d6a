"""Commands on the database of the product, running or not."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.factories import random_ticks
from tests.integration.imports.importing import agg_trade_lines, written
from tests.integration.launched import Launched
from workers.local.folder import LocalFolder
from workers.local.last_run import load_last_run, save_last_run
from workers.local.leftovers import processes_of

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
DATABASE = "gemscap_live_spot_aggtrade"
Attach = Callable[..., tuple[int, str]]


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "local")


@pytest.fixture
def attach(folder: LocalFolder) -> Attach:
    """Runs `python -m workers.local.attach` to its end: exit code and words."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ} | {"LOCAL_DIR": str(folder.root)}

    def run(*words: str | Path, **environ: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "workers.local.attach", *map(str, words)]
        done = subprocess.run(
            command, cwd=ROOT, env=kept | environ, capture_output=True, text=True, timeout=180, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def given(
    mongo_url: str, redis_url: str, mongo_client: MongoClient[dict[str, object]]
) -> Iterator[dict[str, str]]:
    """The servers of this test run, with the database that --live names empty before and after."""
    mongo_client.drop_database(DATABASE)
    yield {"MONGO_URL": mongo_url, "REDIS_URL": redis_url}
    mongo_client.drop_database(DATABASE)


def day_file(folder: Path) -> Path:
    return written(folder / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(5, 300)))


def test_without_a_running_product_servers_live_as_long_as_the_command(
    attach: Attach, folder: LocalFolder, tmp_path: Path
) -> None:
    """Import, back up, and restore, with a MongoDB and a Redis of our own each time."""
    code, said = attach("--live", "workers.imports", day_file(tmp_path))
    assert (code, "300 stored" in said) == (0, True), said
    code, said = attach("--live", "workers.backup", "save", tmp_path / "a.backup.zip")
    assert (code, "documents saved to" in said) == (0, True), said
    code, said = attach("--live", "workers.backup", "restore", tmp_path / "a.backup.zip", "--replace")
    assert (code, "documents restored from" in said) == (0, True), said
    assert processes_of(folder) == []


def test_while_the_product_runs_its_servers_and_database_are_used(
    attach: Attach, folder: LocalFolder, given: dict[str, str], tmp_path: Path,
    mongo_client: MongoClient[dict[str, object]],
) -> None:  # fmt: skip
    running = Launched(folder.root, given)
    try:
        running.wait_until_running()
        code, said = attach("workers.imports", day_file(tmp_path))
        assert (code, f"into {DATABASE}" in said) == (0, True), said
        assert mongo_client[DATABASE]["ticks"].count_documents({}) == 300
    finally:
        running.clean_up()
    code, said = attach("workers.imports", "--list", **given)  # stopped: the database of the last run
    assert (code, "300 stored" in said) == (0, True), said


@pytest.mark.parametrize(
    ("words", "environ", "database"),
    [
        (["--live"], {}, "gemscap_live_spot_aggtrade"),
        (["--live"], {"STREAM": "trade"}, "gemscap_live_spot_trade"),
        ([], {}, "gemscap_simulated_spot_aggtrade_7"),
        ([], {"SEED": "8", "MARKET": "usdm"}, "gemscap_simulated_usdm_aggtrade_8"),
    ],
)
def test_the_database_is_the_last_run_s_unless_another_one_is_named(
    attach: Attach, folder: LocalFolder, mongo_url: str, redis_url: str, words: list[str],
    environ: dict[str, str], database: str,
) -> None:  # fmt: skip
    folder.prepare()
    exchange = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
    save_last_run(folder, {"SOURCE": "SIMULATED", "SEED": "7"} | exchange)
    servers = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url}
    code, said = attach(*words, "workers.imports", "no-such-file.csv", **servers, **environ)
    assert code == 1
    assert f"into {database}\n" in said


def test_while_another_market_runs_real_trades_are_kept_out_of_it(
    attach: Attach, folder: LocalFolder
) -> None:
    folder.prepare()
    save_last_run(folder, {"SOURCE": "SIMULATED", "MONGO_URL": "mongodb://127.0.0.1:1", "UNKNOWN": "x"})
    assert load_last_run(folder) == {"SOURCE": "SIMULATED", "MONGO_URL": "mongodb://127.0.0.1:1"}
    with folder.lock():
        code, said = attach("--live", "workers.imports", "--list")
    assert code == 1
    assert "the product is running on SIMULATED trades: stop it first" in said


def test_what_the_last_run_was_told_is_for_its_owner_alone(folder: LocalFolder) -> None:
    folder.prepare()
    save_last_run(folder, {"MONGO_URL": "mongodb://user:secret@127.0.0.1:1"})
    (file,) = folder.secrets.iterdir()
    assert file.stat().st_mode & 0o077 == 0
