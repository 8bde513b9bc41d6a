"""The page of a pair while bars close: its zoom stays, and what was missed is fetched."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.browser.pair_bars import close_pair_bar
from tests.browser.test_pair import opened
from tests.integration.web.pair_seed import seed_analysis, seed_pair
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings

AS_OF = "() => document.getElementById('panes').dataset.asOf"
RANGE = "() => document.getElementById('panes')._fullLayout.xaxis.range.join()"
WAIT_MS = 20_000.0


@pytest.fixture(scope="module")
def seeded(web_settings: Settings) -> MovingMarket:
    """A planted pair, watched, with the analysis of the plain choice."""
    seed_pair({"1m": 600}, seed=3)
    seed_analysis()
    return MovingMarket()


def shows_later(page: Page, before: str) -> None:
    page.wait_for_function(
        "(before) => document.getElementById('panes').dataset.asOf > before", arg=before, timeout=WAIT_MS
    )


def test_a_zoom_survives_closed_bars(open_page: OpenPage, web: WebProcess, seeded: MovingMarket) -> None:
    seeded.live()
    page = opened(open_page, web)
    first = page.evaluate(RANGE)
    page.locator("#panes .nsewdrag").first.hover()
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        "(first) => document.getElementById('panes')._fullLayout.xaxis.range.join() !== first", arg=first
    )
    zoomed = page.evaluate(RANGE)
    for _ in range(3):
        before = page.evaluate(AS_OF)
        close_pair_bar()
        shows_later(page, before)
    assert page.evaluate(RANGE) == zoomed
    box = page.locator("#panes .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + 300, box["y"] + 40)
    newest = "() => document.getElementById('panes').data[0].x.at(-1)"
    page.wait_for_function(
        f"() => Date.parse(document.getElementById('panes')._fullLayout.xaxis.range[1]) > ({newest})()"
    )


def test_what_was_missed_while_the_web_was_away_is_fetched(
    open_page: OpenPage, web: WebProcess, seeded: MovingMarket
) -> None:
    seeded.live()
    page = opened(open_page, web)
    before, z = page.evaluate(AS_OF), page.locator("#lead-z").inner_text()
    web.stop()
    expect(page.locator("#notice")).to_contain_text("No connection to the server since", timeout=WAIT_MS)
    for _ in range(4):
        close_pair_bar()  # nobody hears of it
    web.start()
    shows_later(page, before)
    expect(page.locator("#lead-z")).not_to_have_text(z)
    expect(page.locator("#notice")).not_to_contain_text("No connection")
