"""The command line as a person uses it, on a database of its own with a small market."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.integration.exchange.running import Running, running
from workers.cli import __main__ as command
from workers.settings import Settings, settings_from, use_settings

ROOT = Path(__file__).resolve().parents[3]
COMMAND_SECONDS = 90
Cli = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Running]:
    """A simulated exchange."""
    with running("--synthetic", "--seed", "5") as exchange:
        yield exchange


@pytest.fixture
def environ(mongo_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """What the command is told; the exchange is nowhere until a test names one."""
    return {
        "MONGO_URL": mongo_url,
        "REDIS_URL": redis_url,
        "SOURCE": "SIMULATED",
        "SEED": uuid.uuid4().hex[:12],
        "BINANCE_WS_URL": "ws://127.0.0.1:1",
        "BINANCE_REST_URL": "http://127.0.0.1:1",
        "SECRET_KEY": "a long enough key of the tests",
        "LOCAL_DIR": str(tmp_path / "local"),
        "PATH": os.environ["PATH"],
    }


@pytest.fixture
def stored(environ: dict[str, str], mongo_client: MongoClient[dict[str, object]]) -> Iterator[Settings]:
    """The same settings in this process, so that a test fills what the command reads."""
    with use_settings(settings_from(environ)) as settings:
        yield settings
        mongo_client.drop_database(settings.database)


@pytest.fixture
def shell(environ: dict[str, str], stored: Settings) -> Cli:
    """Runs the command as a process: shell("scan", MONGO_URL=...) gives its exit code and what it said."""

    def run(*words: object, **changes: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "workers.cli", *map(str, words)],
            cwd=ROOT,
            env=environ | changes,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture
def cli(
    environ: dict[str, str],
    stored: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Cli:
    """The same in this process, whose servers stay as they are."""
    monkeypatch.setattr(command, "set_up_logging", lambda level: None)  # the tests' own stays

    def run(*words: object, **changes: str) -> tuple[int, str]:
        capsys.readouterr()
        with use_settings(settings_from(environ | changes)):
            try:
                code = command.main(list(map(str, words)))
            except SystemExit as ended:  # argparse's
                code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run
