"""A browser in front of the running web; what it complains about fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState

from tests.browser.moving_market import MovingMarket
from tests.browser.watched import note_watched
from tests.fault.measuring import measured, pytest_runtest_makereport
from tests.integration.web.market_seed import seed_market
from tests.integration.web.running_web import web, web_environ, web_settings
from workers.settings import Settings
from workers.store.preferences import forget_preferences

__all__ = [
    "measured",
    "pytest_runtest_makereport",
    "web",
    "web_environ",
    "web_settings",
]

COUNTS = {"1s": 200, "1m": 700, "5m": 300, "15m": 100, "1h": 30}
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def market(web_settings: Settings) -> MovingMarket:
    """A seeded market that a test moves."""
    seed_market(COUNTS)
    return MovingMarket()


@pytest.fixture(autouse=True)
def _nothing_chosen(request: pytest.FixtureRequest) -> None:
    """Each test begins with the settings of a new installation."""
    if "web_settings" in request.fixturenames:
        request.getfixturevalue("web_settings")
        forget_preferences()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about: errors, broken policies, failed requests."""
    return []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[OpenPage]:
    """Opens pages in contexts of their own: open_page(address, width=, height=, scheme=, state=)."""
    contexts = []

    def noted(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    def opened(
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "dark",
        state: StorageState | None = None,
    ) -> Page:
        viewport = {"width": width, "height": height}
        look = {"viewport": viewport, "color_scheme": scheme, "storage_state": state}
        context = browser.new_context(**look)  # type: ignore[arg-type] # literals
        contexts.append(context)
        page = context.new_page()
        note_watched(page)
        page.on("console", noted)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def screenshots(pytestconfig: pytest.Config) -> Path | None:
    """Where pictures of the pages are kept that somebody asked for."""
    asked = pytestconfig.getoption("--screenshots")
    if not asked:
        return None
    folder = Path(asked)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
