"""The states of the mean-reversion rule, step by step and as laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.strategies.mean_reversion import MeanReversionRule, Signal, mean_reversion_states, next_signal

RULE = MeanReversionRule(entry=2.0, exit=0.5, stop=4.0)
scores = st.lists(st.one_of(st.floats(-6, 6), st.just(float("nan"))), max_size=120)
rules = st.builds(
    MeanReversionRule,
    entry=st.sampled_from([1.0, 2.0]),
    exit=st.sampled_from([0.0, 0.5]),
    stop=st.sampled_from([3.0, 4.0]),
    time_stop_bars=st.sampled_from([None, 1, 5]),
    cool_down_bars=st.sampled_from([0, 3]),
)


def states_of(*zscores: float, rule: MeanReversionRule = RULE) -> tuple[list[str], list[str | None]]:
    found = mean_reversion_states(pd.Series(zscores, dtype=np.float64), rule)
    return found["state"].tolist(), found["event"].tolist()


def test_a_cheap_spread_is_bought_and_left_near_its_mean() -> None:
    states, events = states_of(-1.9, -2.0, -3.0, -0.6, -0.5, -1.0)
    assert states == ["flat", "long_spread", "long_spread", "long_spread", "flat", "flat"]
    assert events == [None, "entry", None, None, "exit", None]


def test_a_dear_spread_is_sold() -> None:
    assert states_of(2.5, 1.0, 0.4)[0] == ["short_spread", "short_spread", "flat"]


def test_what_jumps_across_the_mean_is_left_and_not_turned_round_in_one_bar() -> None:
    assert states_of(2.5, -3.0, -3.0)[0] == ["short_spread", "flat", "long_spread"]


def test_a_stop_waits_for_the_mean_before_the_next_entry() -> None:
    states, events = states_of(-2.5, -4.0, -3.0, -2.2, -0.4, -2.1)
    assert states == ["long_spread", "stopped", "stopped", "stopped", "flat", "long_spread"]
    assert events == ["entry", "stop", None, None, "rearmed", "entry"]


def test_nothing_is_entered_beyond_the_stop() -> None:
    assert states_of(4.0, -5.0, 3.9)[0] == ["flat", "flat", "short_spread"]


def test_time_runs_out() -> None:
    rule = MeanReversionRule(entry=2.0, exit=0.5, stop=4.0, time_stop_bars=3)
    states, events = states_of(-2.5, -2.4, -2.3, -2.2, -2.1, rule=rule)
    assert states == ["long_spread", "long_spread", "long_spread", "stopped", "stopped"]
    assert events[3] == "time_stop"


def test_after_leaving_it_keeps_quiet() -> None:
    rule = MeanReversionRule(entry=2.0, exit=0.5, stop=4.0, cool_down_bars=2)
    assert states_of(-2.5, 0.0, -2.5, -2.5, -2.5, rule=rule)[1] == ["entry", "exit", None, "entry", None]


def test_an_unknown_score_changes_nothing_but_time_passes() -> None:
    rule = MeanReversionRule(entry=2.0, exit=0.5, stop=4.0, time_stop_bars=2)
    nan = float("nan")
    assert states_of(nan, -2.5, nan, nan, rule=rule)[0] == ["flat", "long_spread", "long_spread", "stopped"]


@settings(max_examples=40)
@given(scores, rules)
def test_a_state_does_not_change_when_later_bars_are_added(
    zscores: list[float], rule: MeanReversionRule
) -> None:
    whole = mean_reversion_states(pd.Series(zscores, dtype=np.float64), rule)
    for count in range(0, len(zscores), 7):
        part = mean_reversion_states(pd.Series(zscores[:count], dtype=np.float64), rule)
        pd.testing.assert_frame_equal(part, whole.iloc[:count], check_dtype=False)


@settings(max_examples=40)
@given(scores, rules)
def test_a_stream_gives_what_a_batch_does(zscores: list[float], rule: MeanReversionRule) -> None:
    found = mean_reversion_states(pd.Series(zscores, dtype=np.float64), rule)
    last = Signal()
    for z, state, event in zip(zscores, found["state"], found["event"], strict=True):
        last = next_signal(last, z, rule)
        assert (last.state, last.event) == (state, event)


@settings(max_examples=40)
@given(scores, rules)
def test_the_mirror_image_takes_the_other_side(zscores: list[float], rule: MeanReversionRule) -> None:
    found = mean_reversion_states(pd.Series(zscores, dtype=np.float64), rule)["state"]
    mirrored = mean_reversion_states(-pd.Series(zscores, dtype=np.float64), rule)["state"]
    other = {"long_spread": "short_spread", "short_spread": "long_spread"}
    assert mirrored.tolist() == [other.get(state, state) for state in found]


@settings(max_examples=40)
@given(scores, rules)
def test_positions_are_entered_against_the_gap_and_never_outlast_their_time(
    zscores: list[float], rule: MeanReversionRule
) -> None:
    found = mean_reversion_states(pd.Series(zscores, dtype=np.float64), rule)
    for z, state, event, bars in zip(zscores, found["state"], found["event"], found["bars"], strict=True):
        if event == "entry":
            assert (z < 0) == (state == "long_spread")
            assert rule.entry <= abs(z) < rule.stop
        if state.endswith("_spread") and rule.time_stop_bars is not None:
            assert bars < rule.time_stop_bars


@pytest.mark.parametrize(
    "fields",
    [
        {"entry": 2.0, "exit": 2.0},
        {"exit": -0.1},
        {"stop": 2.0},
        {"time_stop_bars": 0},
        {"cool_down_bars": -1},
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(fields: dict[str, float]) -> None:
    with pytest.raises(AnalyticsError):
        MeanReversionRule(**fields)  # type: ignore[arg-type]  # keywords of the test's choice
