"""Fixtures around a web that asks for a password, with a lively market behind it, and who is let in there."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState
from pymongo import MongoClient

from app import create_app
from tests.browser.conftest import OpenPage
from tests.browser.lively_market import seed_lively_market
from tests.browser.moving_market import MovingMarket
from tests.integration.access.people import PASSWORD, QUICK_HASH
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings, settings_from, use_settings

NO_PAGES = ("/static", "/vendor", "/metrics", "/api")
DOCUMENT = "/api/docs"
SIGN_IN = "/sign-in"
NOWHERE = "/nothing-is-here"  # an error page
# Nothing is being loaded, charts are drawn, and the first word about the feed has come.
QUIET = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (selector) => all(selector).filter((each) => each.checkVisibility());
  const dot = document.getElementById('feed-dot');
  return document.readyState === 'complete' && !shown('main .skeleton').length
    && shown('main .chart').every((each) => each.querySelector('.main-svg'))
    && (!dot || dot.dataset.state === 'good');
}"""

OpenInside = Callable[..., Page]


@pytest.fixture(scope="module")
def web_settings(
    web_environ: dict[str, str],
    mongo_client: MongoClient[dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Settings]:
    """Settings of a web with a password, and its market in the store."""
    path = tmp_path_factory.mktemp("secrets") / "sign-in"
    path.write_text(QUICK_HASH)
    web_environ |= {"PASSWORD_FILE": str(path), "SEED": uuid.uuid4().hex[:12]}
    with use_settings(settings_from(web_environ)) as settings:
        seed_lively_market()
        yield settings
        mongo_client.drop_database(settings.database)


@pytest.fixture(scope="module")
def lively(web_settings: Settings) -> MovingMarket:
    """The market, for who moves it."""
    return MovingMarket()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, web: WebProcess) -> StorageState:
    """What a browser keeps that was let in."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(web.url + SIGN_IN)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(web.url + "/")
        return context.storage_state()


@pytest.fixture
def open_inside(
    open_page: OpenPage, web: WebProcess, signed_in: StorageState, lively: MovingMarket
) -> OpenInside:
    """Opens a path as somebody who is signed in, and waits until it is drawn."""

    def opened(path: str, **look: object) -> Page:
        lively.live()
        state = None if path == SIGN_IN else signed_in
        page = open_page(web.url + path, state=state, **look)
        drawn(page)
        return page

    return opened


@pytest.fixture
def every_page(web_settings: Settings) -> list[str]:
    """The address of every page there is, by the application's own list, and of one that is not there."""
    app = create_app(web_settings, message_queue=False, background=False)
    plain = [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    found = sorted(rule.rule for rule in plain if not rule.rule.startswith(NO_PAGES))
    return [*found, DOCUMENT, NOWHERE]


def drawn(page: Page) -> None:
    """Returns when the page is quiet."""
    page.wait_for_function(QUIET)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
