"""The application over a real store: in this process for its answers, as gunicorn for its sockets."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.fault.measuring import measured, pytest_runtest_makereport
from tests.integration.web.documented import documented_client
from tests.integration.web.running_web import web, web_environ, web_settings
from workers.settings import Settings

__all__ = [
    "app",
    "client",
    "measured",
    "pytest_runtest_makereport",
    "web",
    "web_environ",
    "web_settings",
]


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The application without message queue and background thread."""
    return create_app(message_queue=False, background=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A test client; what it is answered must be in the OpenAPI document."""
    return documented_client(app)
