"""The analysis of a pair: its series fit together, whatever was chosen."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.stattools import adfuller

from analytics.errors import AnalyticsError, NotEnoughData
from analytics.pairs.analysis import pair_analysis
from analytics.pairs.choice import PairChoice
from analytics.pairs.hedge_ratio import HEDGE_METHODS, HedgeMethod
from analytics.pairs.snapshot import pair_snapshot, price_levels
from analytics.pairs.spread import SPREAD_KINDS, SpreadKind
from analytics.records.pairs import LEAST_Z_BARS, PairAnalysis
from analytics.strategies.mean_reversion import MeanReversionRule, signal_events
from tests.factories import planted_pair, priced_pair

NOW = datetime(2024, 8, 9, tzinfo=UTC)
RULE = MeanReversionRule(entry=1.5, exit=0.2, stop=3.5)


def prices(seed: int, count: int = 400) -> pd.DataFrame:
    y, x = planted_pair(seed, count)
    return pd.DataFrame({"ETHUSDT": np.exp(y), "BTCUSDT": np.exp(x)})


def analysis(closes: pd.DataFrame, choice: PairChoice | None = None) -> PairAnalysis:
    return pair_analysis(
        priced_pair(closes),
        choice or PairChoice(),
        computed_at=NOW,
        states_of=partial(signal_events, rule=RULE),
    )


def column(found: PairAnalysis, name: str) -> np.ndarray:
    return np.array(found.series[name], dtype=np.float64)


@pytest.mark.parametrize("kind", SPREAD_KINDS)
@pytest.mark.parametrize("method", HEDGE_METHODS)
def test_every_choice_gives_series_of_one_length_that_fit_together(
    method: HedgeMethod, kind: SpreadKind
) -> None:
    closes = prices(1, 500)
    found = analysis(closes, PairChoice(method=method, kind=kind))
    text = json.dumps(asdict(found), default=str, allow_nan=False)
    assert len(text) < 300_000
    assert {len(values) for values in found.series.values()} == {len(found.starts)} == {500}
    score = (column(found, "spread") - column(found, "mean")) / column(found, "deviation")
    np.testing.assert_allclose(column(found, "z"), score, rtol=1e-4, atol=1e-4)
    assert found.spread.z == pytest.approx(column(found, "z")[-1], rel=1e-6)
    assert found.signal is not None
    for mark in found.marks:
        assert mark["z"] == pytest.approx(column(found, "z")[mark["place"]])  # type: ignore[call-overload]
    assert (found.hedge.beta is None) == (kind == "ratio")


def test_the_default_choice_is_that_of_the_snapshot() -> None:
    closes = prices(2, 1_440)
    found = analysis(closes)
    snapshot = pair_snapshot(priced_pair(closes), computed_at=NOW)
    for name in ("spread", "cointegration", "half_life", "correlation", "verdict", "as_of", "bars"):
        assert getattr(found, name) == getattr(snapshot, name)
    assert found.hedge == snapshot.hedges["ols"]


@pytest.mark.parametrize("later", [1, 2, 4, 7, 20])
@pytest.mark.parametrize("method", ["rolling_ols", "kalman"])
def test_series_of_a_moving_hedge_do_not_change_when_later_bars_are_added(
    method: HedgeMethod, later: int
) -> None:
    closes, choice = prices(3, 600), PairChoice(method=method)
    whole, part = analysis(closes.iloc[: 500 + later], choice), analysis(closes.iloc[:500], choice)
    assert part.spread.z is not None
    for name in ("spread", "mean", "deviation", "z", "correlation"):
        assert whole.series[name][:500] == part.series[name]
    last = [mark for mark in whole.marks if mark["place"] < 500]  # type: ignore[operator]
    assert last == list(part.marks)


def test_a_rolling_hedge_waits_for_its_window_and_says_for_how_long() -> None:
    choice = PairChoice(method="rolling_ols")
    early = analysis(prices(3, 300), choice)
    assert (early.spread.z, early.spread.reason) == (None, "needs 360 bars, has 300")
    hedged = analysis(prices(3, 400), choice)
    assert hedged.hedge.beta is not None
    assert (hedged.spread.z, hedged.spread.reason) == (None, "z needs 419 bars, has 400")
    assert analysis(prices(3, 419), choice).spread.z is not None
    assert hedged.beta_path["window"] == 360


def test_the_path_of_p_ends_at_the_last_bar() -> None:
    for count in (150, 399, 400, 401):
        path = analysis(prices(4, count)).p_path
        assert path["place"][-1] == count - 1  # type: ignore[index]
        assert len(path["place"]) == len(path["p_value"])  # type: ignore[arg-type]


def test_the_histogram_counts_every_score() -> None:
    found = analysis(prices(5)).histogram
    assert sum(found["counts"]) == found["n"] == 400 - 59  # type: ignore[call-overload]
    assert len(found["edges"]) == len(found["counts"]) + 1  # type: ignore[arg-type]


def test_what_lies_high_falls_later() -> None:
    later = analysis(prices(6, 1_400)).later
    assert later["slope"] < 0  # type: ignore[operator]
    assert len(later["z"]) == len(later["change"]) == 500  # type: ignore[arg-type]


def test_the_residual_is_described() -> None:
    found = analysis(prices(7)).residual
    assert found["n"] == 400
    assert abs(found["mean"]) < 1e-9  # type: ignore[arg-type]
    assert 0.9 < found["autocorrelation"] < 1  # type: ignore[operator]


@pytest.mark.parametrize("what", ["constant", "collinear", "missing"])
@pytest.mark.parametrize("method", HEDGE_METHODS)
def test_false_numbers_are_refused_with_a_reason(what: str, method: HedgeMethod) -> None:
    closes = prices(8)
    if what == "constant":
        closes["BTCUSDT"] = 61_000.0
    elif what == "collinear":
        closes["ETHUSDT"] = 0.05 * closes["BTCUSDT"]
    else:
        closes.iloc[399, 0] = np.nan
    found = analysis(closes, PairChoice(method=method))
    json.dumps(asdict(found), default=str, allow_nan=False)
    assert found.spread.z is None
    assert found.spread.reason
    assert what == "missing" or not found.marks
    assert found.verdict.kind == "untestable"


def test_a_prefix_is_too_short_below_a_hundred_bars() -> None:
    with pytest.raises(NotEnoughData):
        analysis(prices(9, 99))


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(AnalyticsError, match="unknown method"):
        PairChoice(method="ridge")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(AnalyticsError, match="at most 3,000 bars"):
        PairChoice(method="theil_sen", window=4_000)


def test_a_ratio_is_tested_itself_because_nothing_is_fitted() -> None:
    closes = prices(10)
    found = analysis(closes, PairChoice(kind="ratio"))
    forward, backward = closes["ETHUSDT"] / closes["BTCUSDT"], closes["BTCUSDT"] / closes["ETHUSDT"]
    for test, ratio in ((found.cointegration.y_on_x, forward), (found.cointegration.x_on_y, backward)):
        statistic, p_value, lags, *_ = adfuller(ratio, autolag="AIC", result_object=False)
        assert test.statistic == pytest.approx(statistic, rel=1e-9)
        assert test.p_value == pytest.approx(p_value, rel=1e-9)
        assert test.lags == lags
    window, last = found.p_path["window"], found.p_path["p_value"][-1]  # type: ignore[index]
    assert last == pytest.approx(
        adfuller(forward.iloc[-window:], autolag="AIC", result_object=False)[1], rel=1e-6
    )  # type: ignore[operator]


def test_the_same_money_in_both_is_a_hedge_of_one_that_nobody_fitted() -> None:
    closes = prices(22)
    found = analysis(closes, PairChoice(kind="dollar_neutral", method="kalman"))
    gaps = np.log(closes["ETHUSDT"]) - np.log(closes["BTCUSDT"])
    np.testing.assert_allclose(column(found, "spread"), gaps, rtol=1e-7)
    assert (found.hedge.beta, found.hedge.intercept, found.hindsight) == (1.0, 0.0, None)
    statistic, p_value, lags, *_ = adfuller(gaps, autolag="AIC", result_object=False)
    for test in (found.cointegration.y_on_x, found.cointegration.x_on_y):
        assert (test.statistic, test.p_value) == pytest.approx((statistic, p_value), rel=1e-8)
        assert test.lags == lags
    assert found.cointegration.p_value == found.cointegration.y_on_x.p_value  # one test: not doubled
    other = analysis(closes, PairChoice(kind="dollar_neutral"))
    assert (other.series, other.half_life) == (found.series, found.half_life)


@pytest.mark.parametrize(("kind", "q_value"), [("log", 0.01), ("residual", None), ("ratio", None)])
def test_a_scan_of_logarithms_says_nothing_of_other_spreads(kind: SpreadKind, q_value: float | None) -> None:
    y, x = planted_pair(11, 600, half_life=6.0)
    pair = priced_pair(pd.DataFrame({"ETHUSDT": np.exp(y), "BTCUSDT": np.exp(x)}))
    found = pair_analysis(pair, PairChoice(kind=kind), computed_at=NOW, q_value=0.01)
    assert found.q_value == q_value
    assert ("q =" in found.verdict.sentence) == (kind == "log")


def test_a_score_over_more_bars_than_there_are_says_so() -> None:
    found = analysis(prices(12, 300), PairChoice(z_window=1_000))
    assert found.spread.z is None
    assert found.spread.reason == "z needs 1,000 bars, has 300"
    levels = price_levels(priced_pair(prices(12, 300)), z_window=1_000)
    assert levels.spread.reason == "z needs 1,000 bars, has 300"


@pytest.mark.parametrize("method", ["rolling_ols", "kalman"])
def test_a_hedge_that_moves_shortens_no_half_life(method: HedgeMethod) -> None:
    closes = prices(13, 1_440)
    moving, still = analysis(closes, PairChoice(method=method)), analysis(closes)
    assert moving.half_life.bars == pytest.approx(still.half_life.bars, rel=1e-9)
    assert "one line through the window" in str(moving.half_life.reason)


def test_a_scan_of_one_window_says_nothing_of_another() -> None:
    found = pair_analysis(priced_pair(prices(14)), PairChoice(window=720), computed_at=NOW, q_value=0.01)
    assert (found.q_value, found.q_reason) == (None, "scans test the newest 1,440 bars")
    whole = pair_analysis(priced_pair(prices(14)), PairChoice(), computed_at=NOW, q_value=0.01)
    assert (whole.q_value, whole.q_reason) == (0.01, None)
    unknown = pair_analysis(priced_pair(prices(14)), PairChoice(), computed_at=NOW)
    assert unknown.q_reason == "no scan holds this pair yet"


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (PairChoice(), "gap to the mean of the last 60 bars, over their standard deviation"),
        (PairChoice(z_window=120, robust=True), "gap to the median of the last 120 bars"),
        (PairChoice(method="kalman"), "the deviation it expected; no window"),
        (PairChoice(method="kalman", kind="ratio"), "gap to the mean of the last 60 bars"),
    ],
)
def test_what_z_is_measured_by_is_told(choice: PairChoice, words: str) -> None:
    found = analysis(prices(16), choice)
    assert words in found.score
    assert (found.z_window is None) == ("no window" in words)
    if found.z_window is None:  # a window chosen for it changes nothing
        other = analysis(prices(16), replace(choice, z_window=200, robust=True))
        assert (other.series, other.score) == (found.series, found.score)


@pytest.mark.parametrize("later", [3, 4])
@pytest.mark.parametrize("kind", SPREAD_KINDS)
@pytest.mark.parametrize("method", HEDGE_METHODS)
def test_earlier_scores_know_later_bars_exactly_where_that_is_said(
    method: HedgeMethod, kind: SpreadKind, later: int
) -> None:
    closes, choice = prices(17, 520), PairChoice(method=method, kind=kind)
    whole, part = analysis(closes.iloc[: 500 + later], choice), analysis(closes.iloc[:500], choice)
    assert part.spread.z is not None
    changed = whole.series["z"][:500] != part.series["z"]
    assert changed == (choice.hindsight is not None)
    assert whole.hindsight == choice.hindsight


def test_the_window_of_z_can_be_the_half_life() -> None:
    closes = prices(18, 1_440)
    found = analysis(closes, PairChoice(z_window=None))
    assert found.half_life.bars is not None
    assert found.z_window == round(found.half_life.bars) != 60
    assert "bars (the half-life)" in found.score
    assert found.series["z"] == analysis(closes, PairChoice(z_window=found.z_window)).series["z"]
    moving = analysis(closes, PairChoice(z_window=None, method="rolling_ols"))
    assert "Hindsight: the half-life that z goes by is taken from the whole window" in str(moving.hindsight)


def test_a_half_life_that_is_no_window_is_told_beside_the_one_taken() -> None:
    y, x = planted_pair(19, 1_440, half_life=2.0)
    quick = analysis(pd.DataFrame({"ETHUSDT": np.exp(y), "BTCUSDT": np.exp(x)}), PairChoice(z_window=None))
    assert quick.half_life.bars is not None
    assert quick.z_window == LEAST_Z_BARS
    assert f"last 10 bars (the half-life is {quick.half_life.bars:.1f})" in quick.score
    runs = prices(20)
    runs["ETHUSDT"] = np.exp(0.001 * np.arange(400.0) ** 1.1)
    away = analysis(runs, PairChoice(z_window=None, kind="ratio"))
    assert away.half_life.bars is None
    assert (away.z_window, "no half-life to go by" in away.score) == (60, True)


def test_after_a_leave_the_next_entry_waits_for_the_cool_down() -> None:
    def least_wait(cool_down: int) -> int:
        rule = MeanReversionRule(entry=1.0, exit=0.5, stop=6.0, cool_down_bars=cool_down)
        states = partial(signal_events, rule=rule)
        found = pair_analysis(priced_pair(prices(21)), PairChoice(), computed_at=NOW, states_of=states)
        assert found.signal is not None
        assert found.signal.cool_down_bars == cool_down
        left = [mark["place"] for mark in found.marks if mark["event"] == "exit"]
        entered = [mark["place"] for mark in found.marks if mark["event"] == "entry"]
        return min(after - before for before, after in zip(left, entered[1:], strict=False))  # type: ignore[operator]

    assert least_wait(0) < 25 <= least_wait(25)


def test_a_time_stop_marks_the_bar_at_which_it_gives_up() -> None:
    rule = MeanReversionRule(entry=1.5, exit=0.2, stop=3.5, time_stop_bars=3)
    found = pair_analysis(
        priced_pair(prices(15)), PairChoice(), computed_at=NOW, states_of=partial(signal_events, rule=rule)
    )
    assert "time_stop" in {mark["event"] for mark in found.marks}
    assert found.signal is not None
    assert found.signal.time_stop_bars == 3
