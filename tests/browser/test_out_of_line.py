"""The Overview's card of pairs that are out of line: who passes the test, or why nobody does."""

import dataclasses
from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.integration.web.scan_seed import seed_scans
from tests.integration.web.web_process import WebProcess
from workers.messages.rooms import scan_topic
from workers.messages.scans import scan_news_json
from workers.publish import publish
from workers.settings import Settings
from workers.store.scans import load_scan, save_scan

LINES = "#out-of-line li"


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> datetime:
    """A planted pair among walks, with a day of minutes."""
    return seed_scans({"1m": 1_500})


@pytest.fixture
def overview(open_page: OpenPage, web: WebProcess, seeded: datetime) -> Page:
    """The Overview with its card."""
    return open_page(web.url + "/")


def test_the_planted_pair_is_out_of_line_once_and_leads_to_its_page(overview: Page) -> None:
    line = overview.locator(LINES)
    expect(line).to_have_count(1)
    expect(line.locator("a")).to_have_text("BTC / ETH")
    expect(line).to_contain_text("half-life")
    assert line.locator("polyline").get_attribute("points")
    line.locator("a").click()
    overview.wait_for_url("**/pairs/BTCUSDT/ETHUSDT?tf=1m")


def test_a_newer_scan_in_which_nothing_passes_says_so(overview: Page) -> None:
    expect(overview.locator(LINES + " a")).to_have_count(1)
    scan = load_scan("1m")
    assert scan is not None
    scores = [dataclasses.replace(score, q_value=0.6) for score in scan.scores]
    save_scan(dataclasses.replace(scan, scores=scores))
    publish({scan_topic("1m"): scan_news_json("1m", scan)})
    expect(overview.locator(LINES)).to_have_text(
        "None of 6 pairs passes the test after correction; alone, 0.3 would by luck."
    )
