"""What the market says it planted is really there, measured on its own one-minute klines."""

from dataclasses import dataclass

import numpy as np
import pytest

from workers.local.exchange.candles import Candles
from workers.local.exchange.market.breaking import breaks_between, planted_at
from workers.local.exchange.market.reverting import Floats, RevertingPath
from workers.local.exchange.market.tapes import synthetic_tapes
from workers.local.exchange.planted import PAIRS, PlantedPair

SEED = 11
NOW = 1_790_000_000_000_000
MINUTE = 60_000
DAY = 1440


@dataclass(frozen=True)
class Fit:
    """log y = constant + beta * log x + spread, and how fast the spread reverts."""

    beta: float
    half_life: float
    spread: Floats


def closes(name: str, end_ms: int, minutes: int) -> Floats:
    candles = Candles(synthetic_tapes(SEED, 20.0, "spot", 0.0)[name])
    end_ms -= end_ms % MINUTE
    bars = candles.page("1m", end_ms - minutes * MINUTE, None, minutes, NOW)
    assert len(bars) == minutes
    return np.log(bars.closes.astype(float))


def fitted(y: Floats, x: Floats) -> Fit:
    beta, constant = np.polyfit(x, y, 1)
    spread = y - beta * x - constant
    return Fit(float(beta), half_life(spread), spread)


def half_life(spread: Floats) -> float:
    """In bars; from the autocorrelations at lags 5 and 10, untouched by the noise of single closes."""
    centred = spread - spread.mean()
    five, ten = (float(np.mean(centred[lag:] * centred[:-lag])) for lag in (5, 10))
    return float(5 * np.log(0.5) / np.log(ten / five))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.y}-{pair.x}")
def test_a_planted_pair_has_its_beta_half_life_and_spread(pair: PlantedPair) -> None:
    y, x = (closes(name, NOW // 1000, 6 * DAY) for name in (pair.y, pair.x))
    fit = fitted(y, x)
    assert fit.beta == pytest.approx(pair.beta, rel=0.05)
    assert fit.half_life == pytest.approx(pair.half_life_minutes, rel=0.35)
    assert fit.spread.std() == pytest.approx(pair.spread_deviation, rel=0.25)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.y}-{pair.x}")
def test_the_spread_of_a_planted_pair_crosses_its_mean_all_day(pair: PlantedPair) -> None:
    y, x = (closes(name, NOW // 1000, DAY) for name in (pair.y, pair.x))
    spread = y - pair.beta * x
    crossings = int(np.sum(np.diff(np.sign(spread - spread.mean())) != 0))
    unrelated = closes("XRPUSDT", NOW // 1000, DAY) - closes("LTCUSDT", NOW // 1000, DAY)
    walk_crossings = int(np.sum(np.diff(np.sign(unrelated - unrelated.mean())) != 0))
    assert crossings > 60 > walk_crossings


def test_the_breaking_pair_holds_until_its_break_and_not_after() -> None:
    broken = [
        pair for pair in breaks_between(SEED, NOW // 1000 - 4 * 86_400_000, NOW // 1000) if pair.mends_at
    ]
    pair = next(pair for pair in broken if (pair.mends_at or 0) <= NOW // 1000)
    assert pair.holds_from is not None
    assert pair.breaks_at is not None
    assert pair.mends_at is not None
    before = (pair.breaks_at - pair.holds_from) // MINUTE - 2
    after = (pair.mends_at - pair.breaks_at) // MINUTE - 2
    held = closes(pair.y, pair.breaks_at, before) - pair.beta * closes(pair.x, pair.breaks_at, before)
    lost = closes(pair.y, pair.mends_at, after) - pair.beta * closes(pair.x, pair.mends_at, after)
    assert held.std() < 1.3 * pair.spread_deviation
    assert lost.std() > 2 * pair.spread_deviation


@pytest.mark.parametrize("seed", range(5))
def test_every_two_days_of_history_hold_a_break(seed: int) -> None:
    start = NOW // 1000
    for hour in range(0, 24 * 14, 3):
        end = start + hour * 3_600_000
        assert breaks_between(seed, end - 2 * 86_400_000, end)


def test_the_break_that_is_published_belongs_to_the_present_cycle() -> None:
    pair = planted_at(SEED, NOW // 1000)[-1]
    assert pair.holds_from is not None
    assert pair.mends_at is not None
    assert pair.holds_from <= NOW // 1000 < pair.mends_at
    assert pair.breaks_at is not None
    assert pair.holds_from < pair.breaks_at < pair.mends_at


def test_majors_move_together_as_they_do_in_crypto() -> None:
    names = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT")
    returns = [np.diff(closes(name, NOW // 1000, DAY)) for name in names]
    correlations = np.asarray(np.corrcoef(returns))[np.triu_indices(len(names), 1)]
    assert 0.5 < correlations.min() < correlations.max() < 0.97


def test_a_reverting_path_has_its_deviation_and_half_life() -> None:
    path = RevertingPath(3, "test", 2.0, 600.0)
    values = path.values(1_700_000_000, 1_700_000_000 + 2_000_000)
    assert values.std() == pytest.approx(2.0, rel=0.05)
    remembered = np.corrcoef(values[:-600], values[600:])[0, 1]
    assert remembered == pytest.approx(0.5, abs=0.03)


def test_a_reverting_path_is_the_same_over_any_border() -> None:
    whole = RevertingPath(3, "test", 1.0, 600.0).values(4096 * 7 - 50, 4096 * 9 + 50)
    parts = RevertingPath(3, "test", 1.0, 600.0)
    joined = np.concatenate(
        [parts.values(second, second + 9) for second in range(4096 * 7 - 50, 4096 * 7 + 50, 10)]
    )
    assert (whole[:100] == joined).all()
