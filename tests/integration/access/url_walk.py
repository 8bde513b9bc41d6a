"""Walks every address there is and tells which of them let in what they must not."""

from collections.abc import Iterator

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access.gate import CHANGES_NOTHING, OPEN, SAFE_METHODS
from tests.integration.access.people import ORIGIN

REFUSED = (400, 401, 403, 405, 415)
VALUES = {
    "name": "no-such",
    "symbol": "BTCUSDT",
    "y": "ETHUSDT",
    "x": "BTCUSDT",
    "filename": "x",
    "version": "0",
}
EVIL = "http://evil.example"
JSON_BODY = '{"symbol": "BTCUSDT", "name": "walk"}'
# What another site can make a browser send, and what a page of ours would forget.
ATTACKS = {
    "a form of another site": {"data": {"symbol": "BTCUSDT"}, "headers": {"Origin": EVIL}},
    "JSON as text of another site": {
        "data": JSON_BODY,
        "content_type": "text/plain",
        "headers": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    },
    "a form without an origin": {"data": {"a": "1"}, "headers": {"Sec-Fetch-Site": "cross-site"}},
    "a frame without an origin": {"data": JSON_BODY, "headers": {"Origin": "null"}},
    "a frame with an origin that is no address": {"data": JSON_BODY, "headers": {"Origin": "http://["}},
    "a page without its token": {
        "data": JSON_BODY,
        "content_type": "application/json",
        "headers": {"Origin": ORIGIN},
    },
    "a page with an old token": {
        "data": JSON_BODY,
        "content_type": "application/json",
        "headers": {"Origin": ORIGIN, "X-Form-Token": "0" * 32},
    },
}


def changing(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every address and method that may change something."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - SAFE_METHODS):
            if rule.endpoint not in CHANGES_NOTHING:
                yield rule, method


def address_of(app: Flask, rule: Rule) -> str:
    """The address with something in each of its places."""
    given = {name: VALUES.get(name, "0" * 32) for name in rule.arguments}
    return str(
        app.url_map.bind("localhost").build(rule.endpoint, given, method=next(iter(rule.methods or {"GET"})))
    )


def forged(app: Flask, client: FlaskClient) -> list[str]:
    """Changes that another site may ask for in the name of this browser."""
    found = []
    for rule, method in changing(app):
        for name, attack in ATTACKS.items():
            status = client.open(address_of(app, rule), method=method, **attack).status_code  # type: ignore[arg-type]
            if status not in REFUSED:
                found.append(f"{method} {rule.rule}: {name}: {status}")
    return found


def changed_by_get(app: Flask) -> list[str]:
    """Addresses that change something and answer a GET by the same function."""
    return [
        f"{method} {rule.rule}" for rule, method in changing(app) if {"GET", "HEAD"} & (rule.methods or set())
    ]


def open_to_strangers(app: Flask, client: FlaskClient) -> list[str]:
    """Addresses, but for the named ones, that answer who has neither session nor token."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            if rule.endpoint in OPEN:
                continue
            answer = client.open(address_of(app, rule), method=method, json={} if method != "GET" else None)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?")
            if answer.status_code != 401 and not to_sign_in:
                found.append(f"{method} {rule.rule}: {answer.status_code}")
    return found
