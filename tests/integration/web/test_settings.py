"""How the pages are wanted, over the API: kept, refused in words, and in the first byte of every page."""

import html
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymongo.errors import ServerSelectionTimeoutError

from analytics.records.preferences import Preferences
from tests.integration.web.market_seed import seed_symbols
from workers.store.audit import load_entries
from workers.store.database import collection
from workers.store.preferences import load_preferences

OWN = "http://localhost"


def _token(client: FlaskClient) -> str:
    return str(client.get("/").text.split('name="form-token" content="')[1].split('"')[0])


def _in_page(client: FlaskClient, path: str = "/") -> Any:
    text = client.get(path).text.split('name="settings" content="')[1].split('"')[0]
    return json.loads(html.unescape(text))


def test_without_a_choice_there_are_the_values_of_the_house(client: FlaskClient) -> None:
    told: Any = client.get("/api/settings").json
    assert told["theme"] == "system"
    assert told["colours"] == "blue_orange"
    assert told["overlays"] == ["ema", "bands", "divergence"]
    assert told["panes"] is None
    assert _in_page(client) == told


def test_what_is_chosen_is_kept_and_the_rest_stays(client: FlaskClient) -> None:
    first: Any = client.patch("/api/settings", json={"theme": "dark", "overlays": ["vwap", "vwap"]}).json
    assert (first["theme"], first["overlays"], first["zone"]) == ("dark", ["vwap"], "utc")
    client.patch("/api/settings", json={"zone": "local", "theme": None, "panes": []})
    told: Any = client.get("/api/settings").json
    assert (told["theme"], told["overlays"], told["zone"], told["panes"]) == ("dark", ["vwap"], "local", [])
    assert collection("preferences").count_documents({}) == 1
    assert _in_page(client) == told


def test_back_to_the_values_of_the_house(client: FlaskClient) -> None:
    client.patch("/api/settings", json={"theme": "light", "scan_hidden": []})
    forgotten = client.delete("/api/settings")
    assert forgotten.json == client.get("/api/settings").json
    assert load_preferences() == Preferences()


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        ({"theme": "blue"}, 400, "theme", "theme must be one of system, dark, light, got 'blue'"),
        ({"zone": 1}, 400, "zone", "zone must be one of utc, local"),
        ({"colours": ["green_red"]}, 400, "colours", "must be one of blue_orange, green_red, got 'list'"),
        ({"timeframe": "7m"}, 400, "timeframe", "must be one of 1s, 1m, 5m, 15m, 1h"),
        ({"range": {"$gt": ""}}, 400, "range", "must be one of newest, 1h, 6h, 1d, 1w, all"),
        ({"scale": "LOG"}, 400, "scale", "scale must be one of linear, log"),
        ({"overlays": "ema"}, 400, "overlays", "overlays must be a list of sma, ema"),
        ({"overlays": ["ema", "moon"]}, 400, "overlays", "got 'moon'"),
        ({"panes": [{}]}, 400, "panes", "got 'dict'"),
        ({"panes": ["rsi"] * 10_001}, 422, "panes", "may have 10000 items"),
        ({"watchlist_descending": 1}, 400, "watchlist_descending", "must be true or false"),
        ({"theme": "dark", "sound": "on"}, 400, "sound", "unknown parameter 'sound'; known: theme, zone"),
        ({"_id": "other"}, 400, "_id", "unknown parameter '_id'"),
        ([], 400, None, "the body must be a JSON object"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_nothing_changes(
    client: FlaskClient, body: object, status: int, field: str | None, words: str
) -> None:
    answer: Any = client.patch("/api/settings", json=body)
    error = answer.json["error"]
    assert (answer.status_code, error.get("field")) == (status, field)
    assert words in error["message"]
    assert collection("preferences").count_documents({}) == 0


def test_a_page_needs_its_token_and_another_site_changes_nothing(client: FlaskClient) -> None:
    body = {"theme": "dark"}
    for headers in ({"Origin": OWN}, {"Origin": "http://evil.example", "X-Form-Token": _token(client)}):
        assert client.patch("/api/settings", json=body, headers=headers).status_code == 403
        assert client.delete("/api/settings", headers=headers).status_code == 403
    assert load_preferences() == Preferences()
    own = {"Origin": OWN, "X-Form-Token": _token(client)}
    assert client.patch("/api/settings", json=body, headers=own).status_code == 200


def test_a_change_is_in_the_audit_log(client: FlaskClient) -> None:
    client.patch("/api/settings", json={"theme": "dark"})
    entry = load_entries(limit=1, before=None)[0]
    assert (entry.action, entry.outcome) == ("PATCH /api/settings", "done")
    assert "dark" in entry.details


def test_theme_and_colours_are_in_the_first_byte(client: FlaskClient) -> None:
    assert '<html lang="en" data-colours="blue_orange">' in client.get("/").text
    client.patch("/api/settings", json={"theme": "light", "colours": "green_red"})
    head = '<html lang="en" data-theme="light" data-colours="green_red">'
    for path in ("/", "/nowhere", "/sign-in"):
        assert head in client.get(path, follow_redirects=True).text


def test_the_market_page_begins_with_the_chosen_timeframe(client: FlaskClient) -> None:
    seed_symbols()
    client.patch("/api/settings", json={"timeframe": "15m"})
    assert 'data-timeframe="15m" data-price-step' in client.get("/market/BTCUSDT").text
    assert 'data-timeframe="5m" data-price-step' in client.get("/market/BTCUSDT?tf=5m").text


def test_what_another_version_wrote_is_passed_over(client: FlaskClient) -> None:
    row = {"_id": "pages", "theme": '"><script>', "zone": {"a": 1}, "sound": True, "panes": ["rsi", "moon"]}
    collection("preferences").insert_one(row | {"colours": "green_red", "watchlist_descending": "yes"})
    assert load_preferences() == Preferences(colours="green_red")
    assert client.get("/").status_code == 200


def test_without_the_store_pages_are_as_they_were_last(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Preferences:
        raise ServerSelectionTimeoutError("away")

    client.patch("/api/settings", json={"theme": "dark"})
    assert _in_page(client)["theme"] == "dark"
    monkeypatch.setattr("app.preferences.load_preferences", away)
    assert _in_page(client)["theme"] == "dark"
    app.extensions.pop("preferences")
    assert _in_page(client, "/nowhere")["theme"] == "system"
