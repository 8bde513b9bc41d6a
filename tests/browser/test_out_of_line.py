"""The Overview's card of pairs that are out of line: who passes the test, or why nobody does."""

import dataclasses
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from analytics.records.scans import ScanReport
from tests.browser.conftest import OpenPage
from tests.browser.watched import wait_watched
from tests.integration.web.scan_seed import seed_scans
from tests.integration.web.web_process import WebProcess
from tests.stored_scans import load_scan
from workers.messages.rooms import scan_topic
from workers.messages.scans import scan_news_json
from workers.publish import publish
from workers.settings import Settings
from workers.store.database import collection
from workers.store.scans import save_scan

LINES = "#out-of-line li"


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> ScanReport:
    """The scan of a planted pair among walks, with a day of minutes."""
    seed_scans({"1m": 1_500})
    found = load_scan("1m")
    assert found is not None
    assert found.luck.found_after == 1
    return found


@pytest.fixture
def overview(open_page: OpenPage, web: WebProcess, seeded: ScanReport) -> Page:
    """The Overview, the planted pair out of line: BTC on ETH by 2.3 deviations, ETH on BTC by less."""
    told(seeded, {"BTCUSDT": -2.3, "ETHUSDT": 2.1})
    return open_page(web.url + "/")


def told(scan: ScanReport, zscores: dict[str, float], *, found_after: int = 1) -> None:
    """A newer scan with these z, by the symbol that is explained; nothing passes where none is found."""
    scores = [dataclasses.replace(each, zscore=zscores.get(each.y, 0.0)) for each in scan.scores]
    if not found_after:
        scores = [dataclasses.replace(each, q_value=0.6) for each in scores]
    luck = dataclasses.replace(scan.luck, found_after=found_after)
    newer = dataclasses.replace(scan, scores=scores, luck=luck, computed_at=datetime.now(UTC))
    save_scan(newer)
    publish({scan_topic("1m"): scan_news_json("1m", newer)})


def test_the_planted_pair_is_out_of_line_once_and_leads_to_its_page(overview: Page) -> None:
    line = overview.locator(LINES)
    expect(line).to_have_count(1)
    expect(line.locator("a")).to_have_text("BTC / ETH")
    expect(line).to_contain_text("z −2.30")
    expect(line).to_contain_text("half-life")
    assert line.locator("polyline").get_attribute("points")
    line.locator("a").click()
    overview.wait_for_url("**/pairs/BTCUSDT/ETHUSDT?tf=1m")


def test_who_passes_but_is_near_its_mean_is_counted_and_not_shown(overview: Page, seeded: ScanReport) -> None:
    expect(overview.locator(LINES + " a")).to_have_count(1)
    wait_watched(overview, scan_topic("1m"))
    told(seeded, {"BTCUSDT": 0.9, "ETHUSDT": -0.9})
    expect(overview.locator(LINES)).to_have_text("None: 1 of 6 pairs pass the test, all near their mean.")


def test_a_newer_scan_in_which_nothing_passes_says_so(overview: Page, seeded: ScanReport) -> None:
    expect(overview.locator(LINES + " a")).to_have_count(1)
    wait_watched(overview, scan_topic("1m"))
    told(seeded, {"BTCUSDT": -2.3}, found_after=0)
    expect(overview.locator(LINES)).to_have_text(
        "None of 6 pairs passes the test after correction; alone, 0.3 would by luck."
    )


def test_before_the_first_scan_it_says_what_is_missing_and_asks_for_nothing(
    open_page: OpenPage, web: WebProcess, web_settings: Settings, complaints: list[str]
) -> None:
    collection("scans").delete_many({})
    page = open_page(web.url + "/")
    expect(page.locator(LINES)).to_have_text("No scan yet: it takes 100 bars of two symbols.")
    assert complaints == []
