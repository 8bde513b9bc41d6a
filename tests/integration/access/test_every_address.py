"""No address forgets to ask who is there, and none changes anything for another site (R41)."""

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.access.gate import CHANGES_NOTHING, OPEN
from tests.fault.measuring import Measured
from tests.integration.access.people import ORIGIN, own, signed_in
from tests.integration.access.url_walk import ATTACKS, changed_by_get, changing, forged, open_to_strangers
from workers.settings import Settings, use_settings


@pytest.fixture
def plain_app(settings: Settings) -> Flask:
    """Without a password, as on one's own machine."""
    with use_settings(dataclasses.replace(settings, password_file="")):
        return create_app(message_queue=False, background=False)


def _rogue(app: Flask, endpoint: str = "rogue", **options: object) -> None:
    app.add_url_rule("/api/rogue", endpoint, lambda: ({"changed": True}, 200), **options)  # type: ignore[arg-type]


def test_no_change_is_taken_from_another_site(app: Flask, person: FlaskClient, measured: Measured) -> None:
    addresses = list(changing(app))
    assert len(addresses) >= 10
    assert forged(app, person) == []
    tried = f"{len(addresses)} addresses, {len(addresses) * len(ATTACKS)} attempts, all refused"
    measured("R41", injected="forged changes, signed in", demanded="400 or 403 for all", found=tried)


def test_nor_on_a_machine_without_a_password(plain_app: Flask, measured: Measured) -> None:
    addresses = list(changing(plain_app))
    assert forged(plain_app, plain_app.test_client()) == []
    tried = f"{len(addresses)} addresses, {len(addresses) * len(ATTACKS)} attempts, all refused"
    measured("R41", injected="forged changes, no sign-in", demanded="400 or 403 for all", found=tried)


def test_a_new_address_is_guarded_without_doing_anything_for_it(app: Flask) -> None:
    _rogue(app, methods=["POST"])
    assert forged(app, signed_in(app.test_client())) == []
    assert open_to_strangers(app, app.test_client()) == []


def test_without_the_gate_the_walk_finds_the_new_address(app: Flask) -> None:
    """The negative control: the walk is no test that cannot fail."""
    _rogue(app, methods=["POST"])
    app.before_request_funcs[None] = []
    assert {line.partition(":")[0] for line in forged(app, app.test_client())} >= {"POST /api/rogue"}
    found = open_to_strangers(app, app.test_client())
    assert "POST /api/rogue: 200" in found
    assert any(line.startswith("GET /system") for line in found)


def test_nothing_is_changed_by_following_a_link(app: Flask) -> None:
    assert changed_by_get(app) == []
    _rogue(app, methods=["GET", "POST"])
    assert changed_by_get(app) == ["POST /api/rogue"]


def test_nothing_but_what_is_named_is_answered_to_strangers(app: Flask, measured: Measured) -> None:
    stranger = app.test_client()
    assert open_to_strangers(app, stranger) == []
    assert stranger.get("/nowhere").status_code == 302
    assert stranger.get("/api/nowhere").status_code == 401
    found = f"{len(list(app.url_map.iter_rules()))} addresses, {len(OPEN)} of them open by name"
    measured(
        "R41", injected="every address without a sign-in", demanded="401 or the sign-in page", found=found
    )


def test_what_is_open_or_exempt_is_there_under_that_name(app: Flask) -> None:
    assert OPEN - {"sign_in.enter"} <= set(app.view_functions)
    assert {"correlation.corr_heatmap"} == CHANGES_NOTHING
    assert set(app.view_functions) >= CHANGES_NOTHING


def test_what_is_exempt_still_demands_json(person: FlaskClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = person.post("/api/corr_heatmap", data='{"symbols": ["A"]}', content_type=kind)
        assert answer.status_code == 415


def test_a_page_of_ours_may(person: FlaskClient) -> None:
    """The other side: what is refused above is not refused to everybody."""
    assert person.post("/api/tokens", json={"name": "walk"}, headers=own(person)).status_code == 201
    form = {"form_token": own(person)["X-Form-Token"]}
    assert person.post("/sign-out", data=form, headers={"Origin": ORIGIN}).status_code == 303
