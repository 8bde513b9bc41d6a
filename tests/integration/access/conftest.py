"""The application behind a password: in this process for its answers, as gunicorn for its sockets."""

import dataclasses
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo import MongoClient

from app import create_app
from tests.fault.measuring import measured, pytest_runtest_makereport
from tests.integration.access.people import QUICK_HASH, signed_in
from tests.integration.web.documented import documented_client
from tests.integration.web.running_web import web_environ
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings, settings_from, use_settings

__all__ = ["measured", "pytest_runtest_makereport", "web_environ"]


@pytest.fixture(scope="session")
def password_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds the hash of PASSWORD."""
    path = tmp_path_factory.mktemp("secrets") / "sign-in"
    path.write_text(QUICK_HASH + "\n")
    return path


@pytest.fixture
def closed(settings: Settings, password_file: Path) -> Iterator[Settings]:
    """Settings with a password."""
    with use_settings(dataclasses.replace(settings, password_file=str(password_file))) as settings:
        yield settings


@pytest.fixture
def app(closed: Settings) -> Flask:
    """The application without message queue and background thread."""
    return create_app(message_queue=False, background=False)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    """A browser that has not signed in."""
    return documented_client(app)


@pytest.fixture
def person(app: Flask) -> FlaskClient:
    """A browser that has."""
    return signed_in(documented_client(app))


@pytest.fixture(scope="module")
def closed_settings(
    web_environ: dict[str, str], password_file: Path, mongo_client: MongoClient[dict[str, object]]
) -> Iterator[Settings]:
    """The settings of the running web, in this process too; what a proxy at this machine says counts."""
    web_environ |= {
        "PASSWORD_FILE": str(password_file),
        "TRUSTED_PROXIES": "127.0.0.1",
        "CLIENTS_PER_ADDRESS": "5",
        "SEED": uuid.uuid4().hex[:12],
    }
    with use_settings(settings_from(web_environ)) as settings:
        yield settings
        mongo_client.drop_database(settings.database)


@pytest.fixture(scope="module")
def web(
    web_environ: dict[str, str], closed_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebProcess]:
    """A running gunicorn behind a password."""
    with WebProcess(web_environ, log_path=tmp_path_factory.mktemp("web") / "web.log") as process:
        yield process
