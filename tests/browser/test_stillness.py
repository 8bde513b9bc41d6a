"""What a page does not do while updates arrive: scroll, draw more than once a frame, draw unseen, or move."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.browser.watched import wait_watched
from tests.integration.web.web_process import WebProcess
from workers.messages.rooms import bars_topic, symbol_topic

MARKET = "/market/BTCUSDT"
DRAWN = "() => document.getElementById('chart')?.dataset.drawMs"
SCROLLED = 160
TRADES = 40
HELD_MS = 2_500  # the page's one thread is busy for so long while they come
RANGES = {"1h": 1, "6h": 6, "1d": 24, "1w": 168}  # hours

# In the page, before its own scripts: counts messages, clearings of the overlay by frame, and animations;
# and lets a test hold back the frames, as a browser does for a tab that is not seen.
COUNTED = """(() => {
  const counts = { messages: 0, drawings: [], frame: 0, animations: 0 };
  const held = [];
  let isHidden = false;
  const Plain = globalThis.WebSocket;
  globalThis.WebSocket = class extends Plain {
    constructor(...parts) {
      super(...parts);
      const count = ({ data }) => (counts.messages += String(data).includes("symbol:BTCUSDT"));
      this.addEventListener("message", count);
    }
  };
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...parts) {
    const { drawings, frame } = counts;
    if (this.canvas.id === "overlay") drawings[frame] = (drawings[frame] ?? 0) + 1;
    return clearRect.apply(this, parts);
  };
  const ask = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (draw) => (isHidden ? held.push(draw) : ask(draw));
  Object.defineProperty(document, "hidden", { get: () => isHidden });
  const next = () => { counts.frame += 1; ask(next); };
  ask(next);
  addEventListener("animationstart", () => (counts.animations += 1));
  globalThis.counts = counts;
  globalThis.hide = (value) => {
    isHidden = value;
    document.dispatchEvent(new Event("visibilitychange"));
    if (!value) held.splice(0).forEach((draw) => ask(draw));
    return held.length;
  };
  globalThis.held = held;
})();"""


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


@pytest.fixture
def counted(open_page: OpenPage, web: WebProcess) -> Page:
    """The Market page, live, with what it does counted."""
    page = open_page("about:blank")
    page.add_init_script(COUNTED)
    page.goto(web.url + MARKET)
    page.wait_for_function(DRAWN)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    return page


def price_shown(page: Page, text: str) -> None:
    expect(page.locator("#last-price")).to_have_text(text)


@pytest.mark.parametrize("path", ["/", MARKET])
def test_what_is_scrolled_to_stays_in_sight(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, path: str
) -> None:
    page = open_page(web.url + path, width=390, height=420)
    figure = page.locator("tr[data-symbol='BTCUSDT'] [data-field='price'], #last-price").first
    expect(figure).not_to_have_text("")
    page.wait_for_load_state("networkidle")
    page.evaluate("(top) => scrollTo(0, top)", SCROLLED)
    before = page.evaluate("() => scrollY")
    assert before > SCROLLED / 2, "there is nothing to scroll"
    wait_watched(page, bars_topic("BTCUSDT", "1m") if path == MARKET else symbol_topic("BTCUSDT"))
    for price in range(5):
        market.trade("BTCUSDT", 61_500.0 + price)
    market.close_bar("BTCUSDT", 61_510.0)
    market.trade("BTCUSDT", 61_520.5)
    page.wait_for_function("(text) => document.body.innerText.includes(text)", arg="61\u202f520.50")
    assert page.evaluate("() => scrollY") == before


def test_many_updates_are_one_drawing_of_a_frame(counted: Page, market: MovingMarket) -> None:
    counted.evaluate("() => { counts.messages = 0; counts.drawings = []; }")
    hold = "(ms) => { setTimeout(() => { const end = Date.now() + ms; while (Date.now() < end); }, 0); }"
    counted.evaluate(hold, HELD_MS)
    for price in range(TRADES):
        market.trade("BTCUSDT", 61_600.0 + price)
    price_shown(counted, "61\u202f639.00")
    messages, drawings = counted.evaluate("() => [counts.messages, counts.drawings.filter(Boolean)]")
    assert messages >= TRADES
    assert max(drawings) == 1
    assert len(drawings) < messages / 2


def test_a_hidden_tab_draws_nothing_and_catches_up_on_return(counted: Page, market: MovingMarket) -> None:
    counted.evaluate("() => { hide(true); counts.messages = 0; counts.drawings = []; }")
    before = counted.locator("#last-price").inner_text()
    for price in range(TRADES):
        market.trade("BTCUSDT", 61_700.0 + price)
    counted.wait_for_function("(least) => counts.messages >= least", arg=TRADES, polling=100)
    waiting = counted.evaluate("() => held.length")
    assert counted.locator("#last-price").inner_text() == before
    assert counted.evaluate("() => counts.drawings.filter(Boolean).length") == 0
    assert 0 < waiting < TRADES / 2, "a drawing waits for each thing that is drawn, not for each message"
    counted.evaluate("() => hide(false)")
    price_shown(counted, "61\u202f739.00")


@pytest.mark.parametrize(("wish", "animates"), [("reduce", False), ("no-preference", True)])
def test_who_asks_for_less_motion_sees_none(
    counted: Page, market: MovingMarket, wish: str, animates: bool
) -> None:
    counted.emulate_media(reduced_motion=wish)  # type: ignore[arg-type] # one of two literals
    counted.evaluate("() => (counts.animations = 0)")
    market.trade("BTCUSDT", 61_801.0)
    price_shown(counted, "61\u202f801.00")
    market.trade("BTCUSDT", 61_802.0)
    price_shown(counted, "61\u202f802.00")
    assert counted.locator(".flash-up, .flash-down").count() > 0
    counted.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert (counted.evaluate("() => counts.animations") > 0) == animates


def test_each_range_shows_its_span(counted: Page) -> None:
    for name, hours in RANGES.items():
        button = counted.locator(f"[data-range='{name}']")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        counted.wait_for_function(
            """(hours) => {
              const { range } = document.getElementById('chart')._fullLayout.xaxis;
              const shown = (new Date(range[1]) - new Date(range[0])) / 3_600_000;
              return shown >= hours && shown <= 1.12 * hours;
            }""",
            arg=hours,
        )
    button = counted.locator("[data-range='all']")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
