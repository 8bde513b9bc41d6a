"""What each page is sent until it is drawn, and when that is, on a watch-list of a hundred symbols.

    python -m tests.benchmarks.pages [rounds]

MongoDB, Redis, gunicorn and Chromium run on this machine. A page is opened by a browser that has
nothing of it ("first"), and again by the same one ("again"): its scripts are kept then. The data are
compared with the same answers unpacked, the time to a drawn page with the same answers sent unpacked
and with the scripts unpacked too ("plain"), all in one run. Medians of the rounds.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks._servers import servers
from tests.browser.full_market import seed_full_market
from tests.browser.page_weight import DRAWN, Weight, weighed
from tests.conftest import BROWSER_OPTIONS
from tests.integration.web.web_process import WebProcess
from workers.local.browser import find_chromium
from workers.settings import settings_from, use_settings

MINUTES = 1_440
ROUNDS = 5
GOAL_KB, GOAL_MS = 300, 1_500
UNPACKED = {"Accept-Encoding": "identity"}
HEADS = ("data KB", "unpacked", "ratio", "total KB", "again KB", "first ms", "again ms", "plain ms")


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with (
        tempfile.TemporaryDirectory() as name,
        servers(Path(name)) as environ,
        use_settings(settings_from(environ)),
    ):
        seed_full_market(MINUTES)
        with WebProcess(environ, log_path=Path(name) / "web.log") as web, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_OPTIONS)
            print(f"{'page':<26}" + "".join(f"{head:>10}" for head in HEADS))
            for path in DRAWN:
                print(f"{path:<26}{_row(browser, web.url, path, rounds)}", flush=True)
            print(f"{'goal of each page':<26}{GOAL_KB:>10}{'':>40}{GOAL_MS:>10}")
            browser.close()


def _row(browser: Browser, url: str, path: str, rounds: int) -> str:
    pairs = [_opened(browser, url, path, {}) for _ in range(rounds)]
    first, again = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    plain = [_opened(browser, url, path, UNPACKED)[0] for _ in range(rounds)]
    data, unpacked = median(each.data for each in first), median(each.plain for each in first)
    sizes = (data / 1_000, unpacked / 1_000, unpacked / data, _total(first), _total(again))
    times = (median(each.drawn_ms for each in found) for found in (first, again, plain))
    return "".join(f"{figure:>10.1f}" for figure in sizes) + "".join(f"{figure:>10.0f}" for figure in times)


def _opened(browser: Browser, url: str, path: str, headers: Mapping[str, str]) -> tuple[Weight, Weight]:
    """By somebody who was never there, and once more."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.set_extra_http_headers(dict(headers))
        first = weighed(page, url, path)
        page.goto("about:blank")
        return first, weighed(page, url, path)


def _total(weights: list[Weight]) -> float:
    return median(each.total for each in weights) / 1_000


if __name__ == "__main__":
    main()
