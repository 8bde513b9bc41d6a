"""How long a trade takes from the exchange to the screen, at a thousand trades a second.

    python -m tests.benchmarks.drawn [rounds]

The whole product runs on this machine, its simulated exchange sending RATE trades a second over all
symbols, of which it joins those of one order as Binance does. A browser shows the Market page of the
symbol that trades most; the figures are those of the page's own latency strip, of its last 200 drawn
prices. A round is as long as it takes to have 200 new ones; medians of the rounds.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks._servers import servers
from tests.conftest import BROWSER_OPTIONS
from tests.product import Product, wait_for
from workers.local.browser import find_chromium

RATE = 1_000
ROUNDS = 3
SAMPLES = 200  # as many as the strip keeps
SETTLED_SECONDS, ROUND_MS = 600, 180_000
GOALS_MS = {"p50": 100, "p99": 300}
SHARES = ("p50", "p95", "p99")
MILLISECONDS = {"ms": 1, "s": 1_000}

# Counts the prices that are drawn from now on.
COUNT = """() => {
  const price = document.getElementById("last-price");
  window.observer?.disconnect();
  window.drawn = 0;
  window.observer = new MutationObserver(() => (window.drawn += 1));
  window.observer.observe(price, { attributes: true, attributeFilter: ["data-traded-at"] });
}"""
STRIP = """() => [...document.querySelectorAll("#latency-facts dt")].map((stage) =>
  [stage.textContent, stage.nextElementSibling.textContent])"""


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as environ:
        told = {each: environ[each] for each in ("MONGO_URL", "REDIS_URL")}
        with (
            Product(Path(name) / "run", told | {"SEED": "200", "RATE": str(RATE)}) as product,
            _market(product) as page,
        ):
            wait_for(product.has_caught_up, SETTLED_SECONDS, "the statistics of the first day")
            found = [_round(page) for _ in range(rounds)]
            messages = product.figure("stream", "trades_per_second")
    print(
        f"{f'{RATE:,} trades/s, {messages:.0f} messages/s':<36}" + "".join(f"{s + ' ms':>10}" for s in SHARES)
    )
    for stage in found[0]:
        figures = [median(each[stage][place] for each in found) for place in range(len(SHARES))]
        print(f"{stage:<36}" + "".join(f"{figure:>10.0f}" for figure in figures))
    print(f"{'goal of exchange → drawn':<36}" + "".join(f"{GOALS_MS.get(share, ''):>10}" for share in SHARES))


@contextmanager
def _market(product: Product) -> Iterator[Page]:
    """The Market page, live, its latency strip open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_OPTIONS)
        page = browser.new_page()
        page.goto(f"{product.url}/market/BTCUSDT?tf=1m")
        page.wait_for_function("() => document.getElementById('last-price').dataset.tradedAt")
        page.locator("#feed").click()
        yield page
        browser.close()


def _round(page: Page) -> dict[str, list[float]]:
    """By stage what the strip says when it holds new prices alone."""
    page.evaluate(COUNT)
    page.wait_for_function(f"() => window.drawn >= {SAMPLES}", timeout=ROUND_MS)
    page.wait_for_timeout(1_100)  # the strip is written once a second
    rows: list[tuple[str, str]] = page.evaluate(STRIP)
    return {stage: [_ms(part) for part in text.split(" · ")] for stage, text in rows if stage}


def _ms(text: str) -> float:
    """Of "41 ms" or "1.2 s"."""
    found = re.fullmatch(r"(−?)([\d.]+) (ms|s)", text)
    assert found, f"the strip says {text!r}"
    return float(found[2]) * MILLISECONDS[found[3]] * (-1 if found[1] else 1)


if __name__ == "__main__":
    main()
