import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import false_discovery_control

from analytics.pairs.false_discoveries import benjamini_hochberg, pair_p_values, q_values


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)))
def test_equals_scipy(chances: np.ndarray) -> None:
    assert np.allclose(benjamini_hochberg(chances), false_discovery_control(chances), rtol=1e-12)


def test_what_was_not_tested_is_no_test() -> None:
    with_gap = benjamini_hochberg(np.array([0.01, np.nan, 0.02]))
    assert np.isnan(with_gap[1])
    assert np.array_equal(with_gap[[0, 2]], benjamini_hochberg(np.array([0.01, 0.02])))


def test_both_rows_of_a_pair_carry_its_numbers() -> None:
    rows = pd.DataFrame(
        {
            "y": ["A", "B", "A", "C", "B", "C"],
            "x": ["B", "A", "C", "A", "C", "B"],
            "p_value": [0.01, 0.2, 0.7, 0.6, np.nan, 0.5],
        }
    )
    chances = pair_p_values(rows)
    assert np.allclose(chances, [0.02, 0.02, 1.0, 1.0, np.nan, np.nan], equal_nan=True)
    assert np.allclose(q_values(rows, chances), [0.04, 0.04, 1.0, 1.0, np.nan, np.nan], equal_nan=True)
