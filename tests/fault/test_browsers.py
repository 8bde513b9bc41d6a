"""R34, R35: many pages at once, and pages that do not read."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fault.broadcast import RATE_HZ, Broadcast
from tests.fault.crowd import TOPICS, Crowd, share, stop_reading
from tests.fault.measuring import Measured
from tests.fault.web_figures import Peak, memory_mb, thread_count
from tests.integration.web.market_seed import seed_symbols
from tests.integration.web.running_web import web_environ, web_settings
from tests.integration.web.web_process import WebProcess
from tests.product import wait_for
from workers.settings import Settings

pytestmark = pytest.mark.alone

__all__ = ["web_environ", "web_settings"]

LEAST_HZ = 4.0
FILLING = os.urandom(20_000).hex()  # so that what waits is seen
LARGE = os.urandom(600_000).hex()
UNREAD, UNREAD_SECONDS, AFTER_SECONDS = 4, 60.0, 5.0
CUT_SECONDS = 15.0
CUT_LINE = re.compile(r"clients cut because they did not read count=(\d+)")


@pytest.fixture
def web(web_environ: dict[str, str], web_settings: Settings, tmp_path: Path) -> Iterator[WebProcess]:
    seed_symbols()
    with WebProcess(web_environ, threads=400, log_path=tmp_path / "web.log") as web:
        yield web


def crowd_is_served(web: WebProcess, measured: Measured, *, clients: int, seconds: float) -> None:
    """R34: everybody gets what is published, soon, and nobody is cut."""
    with Crowd(web.url, TOPICS, clients) as crowd, Broadcast(TOPICS), Peak(web) as peak:
        wait_for(lambda: len(crowd.delays) > clients, 30, "the first updates")
        crowd.taken()
        began = time.monotonic()
        threading.Event().wait(seconds)  # the length that is asked for
        delays, took, gone = crowd.taken(), time.monotonic() - began, crowd.gone
        threads = thread_count(web)
    rate = len(delays) / took / clients / len(TOPICS)
    p50, p95, p99 = (1000 * share(delays, part) for part in (0.5, 0.95, 0.99))
    told = f"p50 {p50:.0f}, p95 {p95:.0f}, p99 {p99:.0f} ms, {rate:.1f} Hz, {gone} cut"
    measured(
        "R34",
        injected=f"{clients} pages, {len(TOPICS)} topics each, {RATE_HZ:.0f} Hz, for {seconds:.0f} s",
        demanded="p95 <= 500 ms, >= 4 Hz, 0 cut, < 500 MB, <= 1,000 threads",
        found=f"{told}, {peak.most:.0f} MB, {threads} threads",
    )
    assert p95 <= 500
    assert rate >= LEAST_HZ
    assert gone == 0
    assert peak.most < 500
    assert threads <= 1_000


def slow_clients_cost_little(
    web: WebProcess, measured: Measured, *, clients: int, slow: int, seconds: float, more: float
) -> None:
    """R35: who does not read is cut, and costs the others no more than if they read like everybody."""
    with Crowd(web.url, TOPICS, clients) as crowd, Broadcast(TOPICS, filling=FILLING):
        with Crowd(web.url, TOPICS, slow):
            wait_for(lambda: len(crowd.delays) > 20 * clients, 30, "updates for the others")
            crowd.taken()
            threading.Event().wait(seconds)  # as long as it is compared with
            before = share(crowd.taken(), 0.95)
        with Peak(web) as peak:
            began = time.monotonic()
            wires = [stop_reading(web.url, TOPICS) for _ in range(slow)]
            wait_for(lambda: _cut(web) == slow, CUT_SECONDS + 5, f"all {slow} are cut")
            cut_after = time.monotonic() - began
            after = share(crowd.taken(), 0.95)
        assert crowd.gone == 0
    for wire in wires:
        wire.close()
    measured(
        "R35",
        injected=f"{slow} of {clients + slow} pages stop reading, 40 KB a message",
        demanded=f"cut <= 15 s, < 20 MB each, p95 of the others at most 20%{_or(more)} more",
        found=f"cut after {cut_after:.1f} s, {peak.grown_mb / slow:.1f} MB each, "
        f"p95 {1000 * before:.0f} -> {1000 * after:.0f} ms",
    )
    assert cut_after <= CUT_SECONDS
    assert peak.grown_mb < 20 * slow
    assert after <= max(1.2 * before, before + more)


def _or(more: float) -> str:
    return f" or {1000 * more:.0f} ms" if more else ""


class Unread:
    """How a web process grows for pages that do not read, once a condition holds."""

    def __init__(self, web: WebProcess, enough: Callable[[], bool]) -> None:
        before = memory_mb(web)
        wires = [stop_reading(web.url, TOPICS) for _ in range(UNREAD)]
        with Broadcast(TOPICS, filling=LARGE):
            self.seconds = wait_for(enough, UNREAD_SECONDS, "enough was not read")
            held = memory_mb(web)
            threading.Event().wait(AFTER_SECONDS)
            self.grown_later = memory_mb(web) - held
        self.speed = (held - before) / self.seconds
        for wire in wires:
            wire.close()


def _cut(web: WebProcess) -> int:
    """How many it says it cut; who does not read cannot be told that it was."""
    return sum(map(int, CUT_LINE.findall(web.log_path.read_text())))


def test_pages_are_served_alike(web: WebProcess, measured: Measured) -> None:
    crowd_is_served(web, measured, clients=20, seconds=5)


@pytest.mark.soak
def test_two_hundred_pages_are_served_alike(web: WebProcess, measured: Measured) -> None:
    crowd_is_served(web, measured, clients=200, seconds=600)


@pytest.mark.soak
def test_a_hundred_pages_for_an_hour(web: WebProcess, measured: Measured) -> None:
    crowd_is_served(web, measured, clients=100, seconds=3_600)


def test_a_page_that_does_not_read_is_cut(web: WebProcess, measured: Measured) -> None:
    slow_clients_cost_little(web, measured, clients=5, slow=2, seconds=3, more=0.1)


@pytest.mark.soak
def test_twenty_pages_that_do_not_read_are_cut(web: WebProcess, measured: Measured) -> None:
    slow_clients_cost_little(web, measured, clients=20, slow=20, seconds=30, more=0.0)


def test_without_the_bound_memory_grows_without_end(
    web: WebProcess, web_environ: dict[str, str], tmp_path: Path, measured: Measured
) -> None:
    """R35's control: who does not read, as long without the bound as it takes to cut them."""
    bounded = Unread(web, lambda: _cut(web) == UNREAD)
    log, bug = tmp_path / "unbounded.log", "tests.fault.unbounded_web:application()"
    with WebProcess(web_environ, application=bug, threads=20, log_path=log) as free:
        until = time.monotonic() + bounded.seconds
        unbounded = Unread(free, lambda: time.monotonic() > until)
        cut = _cut(free)
    measured(
        "R35",
        injected=f"{UNREAD} pages do not read 1.2 MB fifty times a second, without the bound",
        demanded="nobody cut; 3 x the growth after the moment of the cut (aim: 50 MB/s)",
        found=f"{cut} cut, {unbounded.speed:.0f} MB/s, then +{unbounded.grown_later:.0f} MB "
        f"in {AFTER_SECONDS:.0f} s; with it {bounded.grown_later:+.0f} MB",
    )
    assert cut == 0
    assert unbounded.grown_later > 3 * max(bounded.grown_later, 5.0)
