"""What a page is sent before it is drawn, on a watch-list of a hundred symbols."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.full_market import seed_full_market
from tests.browser.page_weight import DRAWN, weighed
from tests.integration.web.web_process import WebProcess
from workers.settings import Settings

MOST_BYTES = 300_000  # of data
MINUTES = 120


@pytest.fixture(scope="module")
def full(web_settings: Settings) -> None:
    """The market."""
    seed_full_market(MINUTES)


@pytest.mark.parametrize("path", DRAWN)
def test_first_paint_stays_within_its_data(
    open_page: OpenPage, web: WebProcess, full: None, path: str
) -> None:
    weight = weighed(open_page("about:blank"), web.url, path)
    print(f"{path}: {weight.data:,} bytes of data, {weight.plain:,} unpacked")
    assert weight.plain > 1_000, "nothing was weighed"
    assert weight.data <= MOST_BYTES, weight.answers
