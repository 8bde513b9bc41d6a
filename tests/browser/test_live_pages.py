"""The three pages in a real browser, fed as the workers feed them."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, WebSocketRoute, expect

from analytics.records.indicators import INDICATORS
from tests.browser.conftest import OpenPage
from tests.browser.moving_market import MovingMarket
from tests.browser.watched import wait_watched
from tests.integration.web.web_process import WebProcess
from workers.messages.rooms import bars_topic
from workers.store.preferences import forget_preferences

PAGES = ("/", "/market/BTCUSDT", "/system")
DRAWN = (
    "() => document.getElementById('chart')?.dataset.drawMs && document.getElementById('chart-state').hidden"
)
RANGE = "() => document.getElementById('chart')._fullLayout.xaxis.range.map(String)"
LAYOUTS = [("dark", 1440, 900), ("light", 1440, 900), ("dark", 390, 844), ("light", 390, 844)]


@pytest.fixture(autouse=True)
def _living(market: MovingMarket) -> None:
    market.live()


def _chart(open_page: OpenPage, web: WebProcess, path: str = "/market/BTCUSDT", **how: object) -> Page:
    page = open_page(web.url + path, **how)
    page.wait_for_function(DRAWN)
    return page


def _candles(page: Page) -> int:
    return int(page.evaluate("() => document.getElementById('chart').data[0].x.length"))


def _count_figures(page: Page) -> None:
    """Count from when nothing of the first paint is drawn any more."""
    page.evaluate(
        """() => new Promise((done) => {
            const chart = document.getElementById('chart');
            let quiet = 0;
            const drawn = () => { clearTimeout(quiet); quiet = setTimeout(begin, 1_000); };
            const begin = () => {
                chart.removeListener('plotly_afterplot', drawn);
                window.figuresDrawn = 0;
                chart.on('plotly_afterplot', () => { window.figuresDrawn += 1; });
                done();
            };
            chart.on('plotly_afterplot', drawn);
            drawn();
        })"""
    )


def _figures_drawn(page: Page) -> int:
    """So many since, with the one that may have been asked for by now."""
    return int(page.evaluate("() => new Promise((done) => setTimeout(() => done(window.figuresDrawn), 400))"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace(" ", "T"))


def _drag_back(page: Page) -> None:
    """Pull older bars into sight with the mouse."""
    box = page.locator("#chart .nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 900, box["y"] + 100, steps=5)
    page.mouse.up()


def _settled_range(page: Page) -> list[str]:
    """The time range once a wheel or a drag has come to rest."""
    page.evaluate(
        """() => new Promise((done) => {
            let last = '';
            const look = () => {
                const now = String(document.getElementById('chart')._fullLayout.xaxis.range);
                if (now === last) done(); else { last = now; setTimeout(look, 250); }
            };
            look();
        })"""
    )
    return list(page.evaluate(RANGE))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("scheme", "width", "height"), LAYOUTS)
def test_a_page_is_drawn_without_a_complaint_and_fits(
    open_page: OpenPage,
    web: WebProcess,
    market: MovingMarket,
    complaints: list[str],
    pictures: Path,
    path: str,
    scheme: str,
    width: int,
    height: int,
) -> None:
    page = open_page(web.url + path, width=width, height=height, scheme=scheme)
    if path.startswith("/market"):
        page.wait_for_function(DRAWN)
        expect(page.locator("#snapshot tr")).to_have_count(len(INDICATORS) + 1)  # and the divergence
    elif path == "/system":
        expect(page.locator("#processes tr")).not_to_have_count(0)
        expect(page.locator("#parts li")).not_to_have_count(0)
    else:
        expect(page.locator("#rows a.symbol")).to_have_text(["BTCUSDT", "ETHUSDT", "DOGEUSDT"])
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    name = path.strip("/").split("/")[0] or "overview"
    page.screenshot(path=pictures / f"{name}-{scheme}-{width}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#source-badge").inner_text() == "SIMULATED"
    assert page.title().startswith("[SIMULATED] ")
    assert complaints == []


def test_a_trade_is_in_the_digits_the_title_and_the_trades(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web)
    expect(page.locator("#last-price")).to_have_text("61\u202f837.60")
    traded_at = market.trade("BTCUSDT", 61_900.25)
    price = page.locator("#last-price")
    expect(price).to_have_text("61\u202f900.25")
    text = traded_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    expect(price).to_have_attribute("data-traded-at", text)
    expect(page).to_have_title("[SIMULATED] 61\u202f900.25 BTCUSDT · GemsCap")
    expect(page.locator("#trades tr").first).to_contain_text("61\u202f900.25")
    expect(page.locator("#readout")).to_contain_text("C 61\u202f900.25")


def test_the_price_flashes_the_way_it_went_on_the_screen(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web)
    address = page.locator("link[href*='market/header']").get_attribute("href")
    told = page.evaluate(
        """async (address) => {
          const { Header } = await import(address);
          const header = new Header('BTCUSDT', { price: 2, quantity: 2 }, { onPrice() {} });
          const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const receive = (id, price) => header.receive({ id, price, traded_at: '2026-11-29T00:00:00Z' }, {});
          receive(1, 100);
          await drawn();
          receive(2, 110);
          receive(3, 105);
          await drawn();
          return header.priceElement.className;
        }""",
        address,
    )
    assert "flash-up" in told


def test_the_forming_bar_moves_without_the_figure_being_drawn_again(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web, "/market/ETHUSDT")
    canvas = "() => document.getElementById('overlay').toDataURL()"
    _count_figures(page)
    before = page.evaluate(canvas)
    market.trade("ETHUSDT", 2_630.9)
    page.wait_for_function(
        "(before) => document.getElementById('overlay').toDataURL() !== before", arg=before
    )
    assert _figures_drawn(page) == 0


def test_the_cross_hair_tells_moment_and_level_in_every_pane(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, pictures: Path
) -> None:
    page = _chart(open_page, web)
    _count_figures(page)
    told = {}
    for name in ("yaxis", "yaxis2", "yaxis3", "yaxis4"):
        x, y = page.evaluate(
            """(name) => {
              const { xaxis, [name]: axis } = document.getElementById('chart')._fullLayout;
              const box = document.getElementById('chart').getBoundingClientRect();
              const middle = ({ _offset, _length }) => _offset + _length / 2;
              return [box.left + middle(xaxis), box.top + middle(axis)];
            }""",
            name,
        )
        page.mouse.move(x, y)
        page.wait_for_function(
            "(old) => !old.includes(document.getElementById('overlay').dataset.pointed ?? '')",
            arg=["", *told.values()],
        )
        told[name] = page.locator("#overlay").get_attribute("data-pointed") or ""
        page.screenshot(path=pictures / f"cross-hair-{name}.png")
    assert len({words.split(" ")[0] for words in told.values()}) == 1
    assert told["yaxis3"].endswith(" 50.0")
    assert _figures_drawn(page) == 0


def test_a_closed_bar_becomes_a_candle(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = _chart(open_page, web)
    before = _candles(page)
    wait_watched(page, bars_topic("BTCUSDT", "1m"))
    market.close_bar("BTCUSDT", 61_850.0)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length === n", arg=before + 1)


def test_zoom_survives_a_hundred_updates(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = _chart(open_page, web)
    box = page.locator("#chart").bounding_box()
    assert box is not None
    before = _settled_range(page)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 100)
    for _ in range(4):
        page.mouse.wheel(0, -240)
    zoomed = _settled_range(page)
    assert zoomed != before
    for number in range(100):
        market.trade("BTCUSDT", 61_840.0 + number)
    expect(page.locator("#last-price")).to_have_text("61\u202f939.00")
    assert _settled_range(page) == zoomed


def test_who_looks_back_is_left_there_and_follow_live_comes_back(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web)
    _drag_back(page)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    back, candles = _settled_range(page), _candles(page)
    wait_watched(page, bars_topic("BTCUSDT", "1m"))
    market.close_bar("BTCUSDT", 61_860.0)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length > n", arg=candles)
    assert _settled_range(page) == back
    page.keyboard.press("f")
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    assert _settled_range(page) > back


def test_who_looks_back_is_not_drawn_each_bar_that_closes(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web, "/market/ETHUSDT?tf=15m")
    _drag_back(page)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    _count_figures(page)
    begun_at, before = time.monotonic(), _candles(page)
    wait_watched(page, bars_topic("ETHUSDT", "15m"))
    for place in range(6):
        market.close_bar("ETHUSDT", 2_600.0 + place, timeframe="15m")
        page.wait_for_timeout(400)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length === n", arg=before + 6)
    assert _figures_drawn(page) <= 1 + (time.monotonic() - begun_at) / 5


def test_a_double_click_shows_the_newest_bars_again(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web)
    first = _settled_range(page)
    box = page.locator("#chart").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    for _ in range(4):
        page.mouse.wheel(0, -240)
    assert _settled_range(page) != first
    page.mouse.dblclick(box["x"] + 300, box["y"] + 100)
    assert _settled_range(page) == first
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")


def test_looking_further_back_brings_older_bars(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web)
    before = _candles(page)
    box = page.locator("#chart .nsewdrag").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 300, box["y"] + 100)
    for _ in range(20):
        page.mouse.wheel(0, 500)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length > n + 100", arg=before)


def test_all_is_all_there_is_with_the_figures_that_are_drawn(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = _chart(open_page, web)
    with page.expect_response(re.compile("/api/indicators.*names=")) as asked:
        page.get_by_role("button", name="all", exact=True).click()
    expect(page.locator("[data-timeframe='1h']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 29")
    assert "names=ema_20,bollinger_upper" in asked.value.url.replace("%2C", ",")
    expect(page.locator("[data-range='all']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "() => document.getElementById('chart').data.some((t) => t.name === 'ema_20' && t.y.length > 25)"
    )
    page.locator("[data-overlay='sma']").click()
    page.wait_for_function(
        "() => document.getElementById('chart').data.some((t) => t.name === 'sma_20' && t.y.length > 25)"
    )
    page.keyboard.press("2")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 359")
    assert complaints == []


def test_a_link_shows_the_same_to_others(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = _chart(open_page, web)
    page.locator("[data-pane='macd']").click()
    page.locator("[data-overlay='sma']").click()
    page.locator("#log-scale").click()
    page.get_by_role("button", name="6h", exact=True).click()
    page.wait_for_url(re.compile(r"range=6h&overlays=sma,ema,bands,divergence&panes=rsi&scale=log"))
    page.wait_for_function(DRAWN)
    forget_preferences()
    other = open_page(page.url)
    other.wait_for_function(DRAWN)
    expect(other.locator("[data-range='6h']")).to_have_attribute("aria-pressed", "true")
    expect(other.locator("[data-pane='macd']")).to_have_attribute("aria-pressed", "false")
    expect(other.locator("[data-overlay='sma']")).to_have_attribute("aria-pressed", "true")
    assert other.evaluate("() => document.getElementById('chart')._fullLayout.yaxis.type") == "log"
    assert complaints == []


def test_a_stretch_in_a_link_is_shown_and_stays(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = _chart(open_page, web)
    _drag_back(page)
    page.wait_for_url(re.compile("from=.*&to="))
    moved = _settled_range(page)
    other = open_page(page.url)
    other.wait_for_function(DRAWN)
    expect(other.locator("#follow")).to_have_attribute("aria-pressed", "false")
    for one, two in zip(_settled_range(other), moved, strict=True):
        assert abs(_moment(one) - _moment(two)) <= timedelta(seconds=1)
    other.locator("#follow").click()
    expect(other.locator("#follow")).to_have_attribute("aria-pressed", "true")
    assert complaints == []


def test_a_message_that_was_lost_is_fetched(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web, "/market/DOGEUSDT")
    before = _candles(page)
    wait_watched(page, bars_topic("DOGEUSDT", "1m"))
    for _ in range(4):
        market.close_bar("DOGEUSDT", 0.105, lost=True)
    market.close_bar("DOGEUSDT", 0.106)
    page.wait_for_function("(n) => document.getElementById('chart').data[0].x.length === n", arg=before + 5)


def test_timeframes_and_indicators_are_switched(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = _chart(open_page, web)
    page.keyboard.press("3")
    expect(page.locator("#timeframes [data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 299")
    assert "?tf=5m&" in page.url
    page.locator("[data-pane='rsi']").click()
    page.wait_for_function("() => !document.getElementById('chart')._fullLayout.yaxis3")
    page.locator("[data-overlay='sma']").click()
    page.wait_for_function("() => document.getElementById('chart').data.some((t) => t.name === 'sma_20')")
    page.go_back()
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 359")
    page.reload()
    page.wait_for_function(DRAWN)
    assert not page.evaluate("() => Boolean(document.getElementById('chart')._fullLayout.yaxis3)")
    assert complaints == []


def test_back_shows_the_range_and_the_stretch_that_were_shown(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, complaints: list[str]
) -> None:
    page = _chart(open_page, web)
    page.get_by_role("button", name="6h", exact=True).click()
    page.wait_for_url(re.compile("range=6h"))
    six_hours = _settled_range(page)
    page.keyboard.press("3")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 299")
    _drag_back(page)
    page.wait_for_url(re.compile("tf=5m.*from="))
    moved = _settled_range(page)
    page.keyboard.press("4")
    page.wait_for_url(re.compile(r"tf=15m&(?!.*from)"))
    page.go_back()
    expect(page.locator("[data-timeframe='5m']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 299")
    for one, two in zip(_settled_range(page), moved, strict=True):
        assert abs(_moment(one) - _moment(two)) <= timedelta(seconds=1)
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "false")
    page.wait_for_url(re.compile("tf=5m.*from="))
    page.go_back()
    expect(page.locator("[data-range='6h']")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length > 300")
    assert _settled_range(page) == six_hours
    expect(page.locator("#follow")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url(re.compile("tf=1m.*range=6h"))
    assert complaints == []


def test_the_line_above_the_chart_tells_of_the_bar_under_the_pointer_as_it_is_now(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = _chart(open_page, web, "/market/ETHUSDT")
    x, y = page.evaluate(
        """() => {
          const { xaxis, yaxis } = document.getElementById('chart')._fullLayout;
          const box = document.getElementById('chart').getBoundingClientRect();
          const newest = Math.max(...document.getElementById('chart').data[0].x) + 60000;
          return [box.left + xaxis._offset + xaxis.d2p(newest), box.top + yaxis._offset + 20];
        }"""
    )
    page.mouse.move(x, y)
    readout = page.locator("#readout")
    expect(readout).to_contain_text("forming")
    for price in (2_640.25, 2_641.5):
        market.trade("ETHUSDT", price)
        expect(readout).to_contain_text(f"C {price:,.2f}".replace(",", "\u202f"))
    page.mouse.move(x - 200, y)
    expect(readout).not_to_contain_text("forming")
    page.keyboard.press("3")
    page.wait_for_function("() => document.getElementById('chart').data[0].x.length === 299")
    expect(readout).to_contain_text("forming")


def test_the_line_above_the_chart_tells_the_time_of_the_chosen_zone(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = open_page("about:blank")
    page.context.new_cdp_session(page).send("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    page.goto(web.url + "/market/DOGEUSDT")
    page.wait_for_function(DRAWN)
    readout = page.locator("#readout")
    utc = _moment(readout.inner_text().strip()[:16])
    page.locator("#zone").click()
    expect(readout).to_contain_text(f"{utc + timedelta(hours=9):%Y-%m-%d %H:%M}")


def test_the_overview_is_live_and_rows_stay_where_they_are(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = open_page(web.url)
    cell = page.locator("tr[data-symbol='ETHUSDT'] [data-field='price']")
    expect(cell).not_to_have_text("")
    page.locator("[data-sort='price']").click()
    symbols = page.locator("#rows a.symbol")
    expect(symbols).to_have_text(["BTCUSDT", "ETHUSDT", "DOGEUSDT"])
    market.trade("ETHUSDT", 99_999.5)
    expect(cell).to_have_text("99\u202f999.50")
    expect(symbols).to_have_text(["BTCUSDT", "ETHUSDT", "DOGEUSDT"])
    page.locator("#filter").fill("doge")
    expect(page.locator("#rows tr:visible")).to_have_count(1)
    page.locator("#filter").press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/market/DOGEUSDT")


def test_the_theme_is_switched_by_a_key_and_kept(open_page: OpenPage, web: WebProcess) -> None:
    page = open_page(web.url + "/system", scheme="dark")
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(14, 17, 22)"
    page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
    page.keyboard.press("t")
    page.wait_for_function("() => getComputedStyle(document.body).backgroundColor === 'rgb(246, 247, 249)'")
    page.reload()
    assert page.evaluate(background) == "rgb(246, 247, 249)"


def test_pages_are_reached_by_keys(open_page: OpenPage, web: WebProcess, market: MovingMarket) -> None:
    page = open_page(web.url)
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good")
    for key, address in (("y", "**/system"), ("q", "**/quality"), ("m", "**/market/*"), ("o", web.url + "/")):
        page.wait_for_function("() => document.getElementById('feed-dot').dataset.state !== 'waiting'")
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(address)


def test_first_paint_stays_within_its_data(
    open_page: OpenPage, web: WebProcess, market: MovingMarket
) -> None:
    page = open_page("about:blank")
    sizes: dict[str, int] = {}

    def weighed(got: Response) -> None:
        if "/api/" in got.url:
            sizes[got.url] = len(got.body())

    page.on("response", weighed)
    page.goto(web.url + "/market/BTCUSDT")
    page.wait_for_function(DRAWN)
    page.wait_for_function(
        "() => document.getElementById('chart').data.some((t) => t.name === 'ema_20' && t.y.length > 350)"
    )
    drawn_ms = page.evaluate("() => performance.now()")
    print(
        f"first paint: {sum(sizes.values()) / 1000:.0f} kB of data, chart with indicators {drawn_ms:.0f} ms"
    )
    assert sum(sizes.values()) <= 300_000, sizes


@pytest.mark.parametrize("word", ['44{"message":"too many live pages are open on this server"}', "41"])
def test_a_page_that_the_server_turned_away_or_cut_off_comes_back(
    open_page: OpenPage, web: WebProcess, word: str
) -> None:
    """The server's word for either, instead of its first answer; the client gives up at both."""
    page = open_page("about:blank")
    connections: list[WebSocketRoute] = []

    def through(socket: WebSocketRoute) -> None:
        connections.append(socket)
        server, is_first = socket.connect_to_server(), len(connections) == 1

        def said(message: str | bytes) -> None:
            is_answer = str(message).startswith("40")
            socket.send(word if is_first and is_answer else message)

        server.on_message(said)

    page.route_web_socket(re.compile("/socket.io/"), through)
    page.goto(web.url + "/market/BTCUSDT")
    expect(page.locator("#feed-dot")).to_have_attribute("data-state", "good", timeout=15_000)
    assert len(connections) == 2


@pytest.mark.parametrize(("path", "name"), [("/market/BTCUSDT", "#symbol"), ("/pairs/BTCUSDT/ETHUSDT", "#y")])
def test_a_symbol_chosen_by_keys_is_opened_when_it_is_confirmed(
    open_page: OpenPage, web: WebProcess, market: MovingMarket, path: str, name: str
) -> None:
    """Keys pass by symbols; Enter opens where they came to, so does leaving; a pick is opened at once."""
    page = open_page(web.url + path)
    select, options = page.locator(name), page.locator(f"{name} option")
    expect(options).not_to_have_count(1)
    other = next(each for each in options.all_inner_texts() if each != "BTCUSDT")
    there = re.compile(f"/{other}([/?]|$)")
    opened: list[str] = []
    page.on("request", lambda asked: opened.append(asked.url) if asked.is_navigation_request() else None)
    for confirm in ("Enter", "Tab"):
        select.focus()
        page.keyboard.type(other[:3])
        expect(select).to_have_value(other)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        assert opened == []
        expect(select).to_be_focused()
        page.keyboard.press(confirm)
        expect(page).to_have_url(there)
        page.goto(web.url + path)
        expect(options).not_to_have_count(1)
        opened.clear()
    select.select_option(other)
    expect(page).to_have_url(there)
