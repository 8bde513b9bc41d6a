"""What the tests run on: one real mongod and Redis per run, a database for each test, a browser."""

import dataclasses
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from pymongo import MongoClient

from tests.remembered import REMEMBERED, Remembered, code_version
from workers.local.browser import find_chromium
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer
from workers.local.server_process import last_lines
from workers.settings import Settings, settings_from, use_settings

BROWSER_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
SERVER_LOGS = pytest.StashKey[dict[str, Path]]()
PASSED = pytest.StashKey[Remembered]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full`: also what takes long, marked soak. `--results`: where measured figures are written."""
    parser.addoption("--full", action="store_true", help="also run the tests at full length (marked soak)")
    parser.addoption("--soak-seeds", metavar="1,5-9", help="the seeds of the soak to run, and no others")
    parser.addoption("--screenshots", metavar="FOLDER", help="keep a picture of each page there")
    parser.addoption("--results", metavar="FILE", help="write what the fault tests measured to this file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long tests out of a plain run; out of a full one what passed for this very code."""
    full, asked = config.getoption("--full"), config.getoption("--soak-seeds")
    remembered = config.stash.setdefault(PASSED, Remembered(REMEMBERED, code_version()))
    long = [item for item in items if item.get_closest_marker("soak")]
    left_out = {item for item in long if not asked and (not full or item.nodeid in remembered)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
    if full and left_out:
        print(f"{len(left_out)} of {len(long)} long tests passed for this very code before ({REMEMBERED})")


@pytest.fixture(scope="session")
def server_logs(pytestconfig: pytest.Config) -> dict[str, Path]:
    """Where the servers of this run write; the end of each is shown below a test that fails."""
    return pytestconfig.stash.setdefault(SERVER_LOGS, {})


@pytest.fixture(scope="session")
def mongo_url(tmp_path_factory: pytest.TempPathFactory, server_logs: dict[str, Path]) -> Iterator[str]:
    """The address of this run's own mongod, with all rights.

    It expires nothing: hand-made trades of an old day would be swept at the next full minute.
    """
    server = MongoServer(tmp_path_factory.mktemp("mongodb") / "data", cache_gb=0.25)
    server_logs["mongo_url"] = server.log_path
    server.start()
    with MongoClient[dict[str, object]](server.url) as client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory, server_logs: dict[str, Path]) -> Iterator[str]:
    """The address of this run's own Redis."""
    server = RedisServer(tmp_path_factory.mktemp("redis") / "data")
    server_logs["redis_url"] = server.log_path
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def mongo_client(mongo_url: str) -> Iterator[MongoClient[dict[str, object]]]:
    """A client of the tests' own, for looking at what was stored."""
    with MongoClient[dict[str, object]](mongo_url, tz_aware=True) as client:
        yield client


@pytest.fixture
def database_name(mongo_client: MongoClient[dict[str, object]]) -> Iterator[str]:
    """The name of an empty database that belongs to this test alone."""
    name = f"test_{uuid.uuid4().hex}"
    yield name
    mongo_client.drop_database(name)


@pytest.fixture
def settings(mongo_url: str, redis_url: str, database_name: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings for this test's database and this run's Redis, in force while the test runs."""
    environ = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "SOURCE": "SIMULATED", "SECRET_KEY": "tests"}
    nowhere = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}
    folders = {"SPOOL_DIR": str(tmp_path / "spool"), "UPLOAD_DIR": str(tmp_path / "uploads")}
    with use_settings(
        dataclasses.replace(settings_from(environ | nowhere | folders), database=database_name)
    ) as settings:
        yield settings


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The Chromium or Chrome of this machine."""
    return find_chromium()


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """One headless browser per file; a test opens a context of its own in it.

    Not one per run: while Playwright is open, no other code of this process can run an event loop.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=BROWSER_OPTIONS)
        yield chromium
        chromium.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remembers a long test that passed; shows the end of the servers' logs below one that failed."""
    report = yield
    if report.when == "call" and report.passed and item.get_closest_marker("soak"):
        item.config.stash[PASSED].add(item.nodeid)
    if report.failed:
        for fixture, path in item.config.stash.get(SERVER_LOGS, {}).items():
            if fixture in getattr(item, "fixturenames", ()):
                report.sections.append((f"end of {path}", last_lines(path)))
    return report
