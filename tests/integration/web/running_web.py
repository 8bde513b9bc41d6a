"""Fixtures around one real web process with a database of its own."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.integration.web.web_process import WebProcess
from workers.settings import Settings, settings_from, use_settings


@pytest.fixture(scope="module")
def web_environ(mongo_url: str, redis_url: str) -> dict[str, str]:
    """What the web process is told; the seed makes the database its own."""
    return {
        "MONGO_URL": mongo_url,
        "REDIS_URL": redis_url,
        "SOURCE": "SIMULATED",
        "SEED": uuid.uuid4().hex[:12],
        "BINANCE_WS_URL": "ws://127.0.0.1:1",
        "BINANCE_REST_URL": "http://127.0.0.1:1",
        "SECRET_KEY": "of the tests",
    }


@pytest.fixture(scope="module")
def web_settings(
    web_environ: dict[str, str], mongo_client: MongoClient[dict[str, object]]
) -> Iterator[Settings]:
    """The same settings in this process, so that a test writes where the web reads."""
    with use_settings(settings_from(web_environ)) as settings:
        yield settings
        mongo_client.drop_database(settings.database)


@pytest.fixture(scope="module")
def web(
    web_environ: dict[str, str], web_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebProcess]:
    """A running gunicorn."""
    log: Path = tmp_path_factory.mktemp("web") / "web.log"
    with WebProcess(web_environ, log_path=log) as process:
        yield process
