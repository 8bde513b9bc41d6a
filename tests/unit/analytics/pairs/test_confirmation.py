import numpy as np
import pandas as pd
import pytest

from analytics.pairs.confirmation import confirmed_pairs
from tests.factories import planted_pair, random_closes

DEVIATION = 0.002  # of the planted spread


def market(seed: int, bars: int) -> pd.DataFrame:
    """One planted pair among walks."""
    planted = [np.exp(series) for series in planted_pair(seed, bars, half_life=5, deviation=DEVIATION)]
    walks = {f"W{number}": random_closes(seed + number + 1, bars) for number in range(4)}
    return pd.DataFrame({"Y": planted[0], "X": planted[1], **walks})


def test_a_planted_pair_holds_on_later_bars() -> None:
    found = confirmed_pairs(market(3, 1200)).set_index(["y", "x"])
    assert set(found.index) == {("Y", "X"), ("X", "Y")}
    assert found["confirmed"].all()
    assert (found["rest_p_value"] < 0.05).all()


def test_a_pair_that_broke_does_not_hold() -> None:
    closes = market(4, 1200)
    drift = np.exp(np.concatenate([np.zeros(800), np.linspace(0, 0.2, 400)]))
    found = confirmed_pairs(closes.assign(Y=closes["Y"] * drift))
    assert len(found) == 2
    assert not found["confirmed"].any()


@pytest.mark.parametrize("moved", [-10.0, 3.0, 10.0])
def test_a_pair_that_goes_on_around_another_mean_does_not_hold(moved: float) -> None:
    """In deviations of the spread; the test with a constant alone finds it as stationary as before."""
    step = np.exp(np.where(np.arange(1200) < 800, 0.0, moved * DEVIATION))
    closes = market(4, 1200)
    found = confirmed_pairs(closes.assign(Y=closes["Y"] * step))
    assert set(found["y"]) == {"X", "Y"}
    assert (found["rest_p_value"] < 0.001).all()
    assert not found["confirmed"].any()


def test_a_direction_holds_at_half_of_the_level_for_two_are_looked_at() -> None:
    """Independent walks, every pair taken for found at a level of 1."""
    walks = {f"W{place}": random_closes(3_000 + place, 900) for place in range(12)}
    found = confirmed_pairs(pd.DataFrame(walks), alpha=1.0)
    held = found["confirmed"].astype(bool)
    assert held.any()
    assert (found["rest_p_value"] > 0.5).any()
    assert (found["rest_p_value"][held] <= 0.5).all()


def test_later_bars_have_no_part_in_finding() -> None:
    closes = market(5, 900)
    changed = closes.copy()
    changed.iloc[600:] = changed.iloc[600:].to_numpy() * np.linspace(1, 3, 300)[:, None]
    pairs = [
        list(zip(found["y"], found["x"], strict=True)) for found in map(confirmed_pairs, (closes, changed))
    ]
    assert pairs[0] == pairs[1] != []


def test_a_rest_that_is_too_short_confirms_nothing() -> None:
    closes = market(6, 600)
    found = confirmed_pairs(closes, first_part=1 - 10 / 600)
    assert len(found) == 2
    assert found["confirmed"].isna().all()


def test_pairs_that_luck_found_hold_no_more_often_than_luck_lets_them() -> None:
    """Independent walks, every pair taken for found: about one of twenty holds at 5 %."""
    shares = []
    for market_number in range(12):
        walks = {f"W{place}": random_closes(1_000 + 20 * market_number + place, 900) for place in range(12)}
        found = confirmed_pairs(pd.DataFrame(walks), alpha=1.0)
        assert len(found) == 12 * 11
        shares.append(float((found["rest_p_value"] <= 0.05).mean()))
    assert 0.02 < np.mean(shares) < 0.09
