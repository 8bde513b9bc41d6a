"""The pages of a market of futures: each says which market it shows, on a phone, too."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.integration.web.running_web import web_environ as spot_environ
from tests.integration.web.web_process import WebProcess

__all__ = ["spot_environ"]


@pytest.fixture(scope="module")
def web_environ(spot_environ: dict[str, str]) -> dict[str, str]:
    """What the web process is told, of another market."""
    return spot_environ | {"MARKET": "usdm"}


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_every_page_names_the_market_and_fits(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str], scheme: str, width: int
) -> None:
    for path in ("/", "/market/BTCUSDT", "/quality", "/system"):
        market.live()
        page = open_page(web.url + path, scheme=scheme, width=width)
        expect(page.locator("#market-badge")).to_have_text("USD-M")
        expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
        market.trade("BTCUSDT", 61_900.0)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path
        page.close()
    assert complaints == []
