"""Signing in and out in a real browser, and the page of who may come in."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from tests.browser.conftest import OpenPage
from tests.integration.access.people import PASSWORD, QUICK_HASH
from tests.integration.web.market_seed import seed_market
from tests.integration.web.web_process import WebProcess
from workers.access.tokens import make_token
from workers.settings import Settings, settings_from, use_settings
from workers.store.sessions import end_other_sign_ins
from workers.store.sign_in_attempts import FREE_ATTEMPTS, forget_attempts


@pytest.fixture(scope="module")
def web_settings(
    web_environ: dict[str, str],
    mongo_client: MongoClient[dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """The web of these tests asks for a password."""
    path = tmp_path_factory.mktemp("secrets") / "sign-in"
    path.write_text(QUICK_HASH)
    web_environ |= {"PASSWORD_FILE": str(path), "SEED": uuid.uuid4().hex[:12]}
    with use_settings(settings_from(web_environ)) as settings:
        seed_market({"1m": 100})
        yield settings
        mongo_client.drop_database(settings.database)


def _at(path: str) -> re.Pattern[str]:
    """The address with that path; not the sign-in that leads there."""
    return re.compile(rf"http://[^/]+{re.escape(path)}")


def _sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


@pytest.fixture
def inside(open_page: OpenPage, web: WebProcess) -> Page:
    page = open_page(web.url + "/access")
    _sign_in(page)
    page.wait_for_url(_at("/access"))
    return page


def _is_connected(page: Page) -> None:
    expect(page.locator("#notice")).not_to_contain_text("No connection", timeout=5_000)
    page.wait_for_function("() => document.querySelector('#feed-dot').dataset.state !== 'bad'")


def test_the_way_in_and_out_by_keyboard(open_page: OpenPage, web: WebProcess, complaints: list[str]) -> None:
    page = open_page(web.url + "/quality")
    page.wait_for_url("**/sign-in?next=/quality")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(_at("/quality"))
    expect(page.locator("#source-badge")).to_have_text("SIMULATED")
    _is_connected(page)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(_at("/sign-in"))
    page.go_back()
    page.wait_for_url("**/sign-in**")
    assert complaints == []


def test_a_wrong_password_is_told_and_so_is_how_long_to_wait(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page(web.url + "/system")
    try:
        _sign_in(page, "wrong")
        expect(page.get_by_role("alert")).to_have_text("That is not the password.")
        for _ in range(FREE_ATTEMPTS):
            _sign_in(page, "wrong")
        expect(page.get_by_role("alert")).to_contain_text("Too many attempts from this address. Try again in")
    finally:
        forget_attempts("127.0.0.1")
    _sign_in(page)
    page.wait_for_url(_at("/system"))


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390])
def test_both_pages_fit_and_nothing_complains(
    open_page: OpenPage, web: WebProcess, complaints: list[str], pictures: Path, scheme: str, width: int
) -> None:
    page = open_page(web.url + "/access", width=width, height=844, scheme=scheme)
    page.screenshot(path=pictures / f"sign-in-{scheme}-{width}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    colours = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert colours == {"dark": "rgb(14, 17, 22)", "light": "rgb(246, 247, 249)"}[scheme]
    _sign_in(page)
    page.wait_for_url(_at("/access"))
    expect(page.locator("#sign-ins tr")).not_to_have_count(0)
    expect(page.locator("#audit tr")).not_to_have_count(0)
    page.screenshot(path=pictures / f"access-{scheme}-{width}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert complaints == []


def test_a_token_is_made_shown_once_and_revoked(inside: Page, complaints: list[str]) -> None:
    inside.get_by_label("Name").fill("cron job")
    inside.get_by_label("Days").fill("30")
    inside.get_by_label("reads only").check()
    inside.get_by_role("button", name="Make a token").click()
    expect(inside.locator("#new-token-text")).to_contain_text("gemscap_")
    row = inside.locator("#tokens tr", has_text="cron job")
    expect(row).to_contain_text("read")
    expect(inside.locator("#audit tr").first).to_contain_text("POST /api/tokens")
    inside.reload()
    expect(row).to_be_visible()
    assert "gemscap_" not in inside.locator("main").inner_text()
    inside.get_by_role("button", name="Revoke cron job").click()
    expect(row).to_have_count(0)
    expect(inside.locator("#tokens-state")).to_contain_text("No program has a token")
    assert complaints == []


def test_a_token_that_cannot_be_made_is_told(inside: Page) -> None:
    make_token("taken")
    inside.get_by_label("Name").fill("taken")
    inside.get_by_role("button", name="Make a token").click()
    expect(inside.locator("#toast")).to_contain_text("there is a token 'taken' already")
    expect(inside.locator("#new-token")).to_be_hidden()


def test_who_is_signed_out_elsewhere_is_led_to_the_sign_in(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page(web.url + "/system?x=1")
    _sign_in(page)
    page.wait_for_url(_at("/system?x=1"))
    _is_connected(page)
    end_other_sign_ins("nobody")
    page.wait_for_url("**/sign-in?next=**", timeout=20_000)
    _sign_in(page)
    page.wait_for_url(_at("/system?x=1"))
