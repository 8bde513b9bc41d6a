import json

import numpy as np
import pytest
from statsmodels.tsa.adfvalues import mackinnoncrit, mackinnonp

from analytics.errors import AnalyticsError
from analytics.pairs.mackinnon import LEVELS, critical_values, p_value, p_values
from analytics.pairs.mackinnon_tables import RESPONSE_SURFACE
from tests.captured import captured

SERIES = [(trend, series) for trend in ("n", "c", "ct", "ctt") for series in range(1, 7)]


def test_the_published_response_surface_is_reproduced() -> None:
    tables = json.loads(captured("reference/mackinnon_2010_response_surface.json").read_text())["tables"]
    for trend, by_series in tables.items():
        for name, rows in by_series.items():
            row = RESPONSE_SURFACE[trend][int(name.removeprefix("N=")) - 1]
            assert np.array_equal(row, rows), (trend, name)


@pytest.mark.parametrize("observations", [25, 199, 500, 1439])
@pytest.mark.parametrize("series", [1, 2, 4, 12])
@pytest.mark.parametrize("trend", ["c", "ct", "ctt"])
def test_critical_values_are_those_of_statsmodels(trend: str, series: int, observations: int) -> None:
    ours = critical_values(observations, series=series, trend=trend)
    expected = mackinnoncrit(N=series, regression=trend, nobs=observations)
    assert np.allclose([ours[level] for level in LEVELS], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("trend", "series"), SERIES)
def test_p_values_are_those_of_statsmodels(trend: str, series: int) -> None:
    statistics = np.linspace(-30, 5, 701)
    expected = [mackinnonp(statistic, regression=trend, N=series) for statistic in statistics]
    assert np.allclose(p_values(statistics, series=series, trend=trend), expected, rtol=0, atol=1e-13)


def test_a_statistic_that_does_not_exist_has_no_p_value() -> None:
    assert np.isnan(p_value(np.nan, series=2))


def test_no_critical_values_are_published_for_pairs_without_a_constant() -> None:
    assert all(np.isnan(value) for value in critical_values(100, series=2, trend="n").values())


@pytest.mark.parametrize(("trend", "series"), [("cc", 1), ("c", 0), ("c", 7)])
def test_what_no_table_holds_is_refused(trend: str, series: int) -> None:
    with pytest.raises(AnalyticsError):
        p_value(-3.0, series=series, trend=trend)
