"""Somebody at a browser, and what stands in the pages they are given."""

import re

from flask.testing import FlaskClient
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery staple"
# As the product's own, but quick to check: these tests sign in often.
QUICK_HASH = generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000")
ORIGIN = "http://localhost"


def token_of(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="form[-_]token" (?:content|value)="([0-9a-f]{32})"', page)
    assert found, page[:500]
    return found[1]


def enter(client: FlaskClient, password: str = PASSWORD, target: str = "", **more: str) -> TestResponse:
    """Fill in the sign-in page as a browser does."""
    form = {"password": password, "next": target, "form_token": token_of(client.get("/sign-in").text)}
    return client.post("/sign-in", data=form, headers={"Origin": ORIGIN, **more})


def signed_in(client: FlaskClient) -> FlaskClient:
    """The same browser, let in."""
    answer = enter(client)
    assert answer.status_code == 303, answer.text
    return client


def own(client: FlaskClient) -> dict[str, str]:
    """The headers of a change that a page of this browser asks for."""
    return {"Origin": ORIGIN, "X-Form-Token": token_of(client.get("/access").text)}
