"""The report of a pair: one file that says all and fetches nothing."""

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser

from analytics.pairs.analysis import pair_analysis
from analytics.pairs.choice import PairChoice
from analytics.records.pairs import PairAnalysis
from analytics.records.snapshots import Completeness
from analytics.strategies.mean_reversion import MeanReversionRule, signal_events
from tests.factories import planted_pair, priced_pair
from workers.reports.pair import pair_report


@pytest.fixture(scope="module")
def found() -> PairAnalysis:
    """An analysis of a planted pair."""
    y, x = planted_pair(1, 300, half_life=6.0)
    return pair_analysis(
        priced_pair(
            pd.DataFrame({"ETHUSDT": np.exp(y), "BTCUSDT": np.exp(x)}),
            completeness=Completeness(300, 299, 298, 1),
            names=("ETH", "<BTC>"),
        ),
        PairChoice(),
        computed_at=datetime(2024, 8, 9, tzinfo=UTC),
        states_of=partial(signal_events, rule=MeanReversionRule(1.5, 0.2, 3.0)),
    )


def test_it_says_the_sentence_the_figures_and_where_the_prices_come_from(found: PairAnalysis) -> None:
    text = pair_report(found, source="SIMULATED")
    assert "&lt;BTC&gt;" in text
    assert "<BTC>" not in text
    assert "Simulated market, no real prices" in text
    assert f"{found.hedge.beta:.4f}" in text
    assert "299 of 300 present" in text
    assert found.score in text
    assert "so spread, z and marks at earlier bars know what came after them" in text
    assert str(found.verdict.breaks) in text
    assert "Simulated" not in pair_report(found, source="LIVE").split("<script")[0]


def test_it_names_nothing_to_fetch(found: PairAnalysis) -> None:
    text = pair_report(found, source="LIVE")
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", text)


def test_it_draws_without_a_network(found: PairAnalysis, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(pair_report(found, source="REPLAY"), encoding="utf-8")
    context = browser.new_context(offline=True)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector(".js-plotly-plot .scatterlayer .trace", state="attached")
    assert page.locator(".js-plotly-plot .cartesianlayer .subplot").count() == 5
    drawn = page.evaluate("() => document.querySelector('.js-plotly-plot')._fullData.at(-1)")
    assert (drawn["name"], drawn["yaxis"]) == ("correlation", "y5")
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}
    context.close()
