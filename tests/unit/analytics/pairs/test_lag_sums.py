import numpy as np
import pytest

from analytics.pairs.lag_sums import cross_lag_products, own_lag_products


def added_up(steps: np.ndarray, lags: int) -> np.ndarray:
    count = steps.shape[1]
    return np.stack([steps[:, lags:] @ steps[:, lags - j : count - j].T for j in range(lags + 1)], axis=2)


@pytest.mark.parametrize(("times", "lags"), [(20, 9), (64, 0), (200, 14), (1439, 24), (3001, 31)])
def test_blocks_add_up_to_the_sums(times: int, lags: int) -> None:
    steps = np.random.default_rng(times).normal(size=(5, times)) * [[1], [1e-6], [1e5], [1], [3]]
    expected = added_up(steps, lags)
    scale = np.sqrt(np.outer(*[(steps**2).sum(axis=1)] * 2))[:, :, None]
    every = np.arange(5)
    assert np.abs((cross_lag_products(steps, every, every, lags) - expected) / scale).max() < 1e-14
    assert np.allclose(own_lag_products(steps, lags), expected[every, every], rtol=1e-12, atol=0)


def test_some_rows_are_those_of_all() -> None:
    steps = np.random.default_rng(1).normal(size=(6, 300))
    chosen, every = np.array([4, 1]), np.arange(6)
    whole = cross_lag_products(steps, every, every, 8)
    assert np.allclose(cross_lag_products(steps, chosen, every, 8), whole[chosen], atol=1e-11)
    assert np.allclose(cross_lag_products(steps, every, chosen, 8), whole[:, chosen], atol=1e-11)
