"""Correlations as a record."""

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotEnoughData
from analytics.pairs import correlations
from analytics.pairs.correlation_snapshot import CorrelationWindow, correlation_snapshots
from analytics.records.closes import Closes
from analytics.records.correlations import CorrelationMethod, CorrelationSnapshot
from tests.factories import MIDNIGHT, at, gap, random_closes
from workers.messages.correlations import correlation_json, heatmap_json

ZERO = int(MIDNIGHT.timestamp())
WALKS = {name: random_closes(seed, 300) for seed, name in enumerate(("A", "B", "C"))}


def closes_of(symbol: str, minutes: range) -> Closes:
    walk = WALKS[symbol].to_numpy()
    starts = [ZERO + 60 * minute for minute in minutes]
    return Closes(symbol, "1m", starts, [float(walk[m]) for m in minutes], [True] * len(minutes))


def snapshot(
    closes: list[Closes], window: int = 100, method: CorrelationMethod = "pearson", last: int = 299
) -> CorrelationSnapshot:
    return correlation_snapshots(
        {each.symbol: each for each in closes},
        [CorrelationWindow("1m", size, method, at(60 * last)) for size in (30, window)],
        gaps={"A": [gap(1, 2, symbol="A", after=at(17_000), before=at(17_100))]},
        computed_at=at(20_000),
    )[1]


def test_the_lower_triangle_of_the_last_returns() -> None:
    found = snapshot([closes_of(name, range(300)) for name in WALKS])
    table = {name: walk.iloc[-101:] for name, walk in WALKS.items()}
    expected = correlations(closes=pd.DataFrame(table))
    assert [len(row) for row in found.values] == [0, 1, 2]
    assert found.values[2][1] == pytest.approx(expected.values.loc["C", "B"], rel=1e-12)
    assert found.p_values[2][0] == pytest.approx(expected.p_values.loc["C", "A"], rel=1e-9)
    assert (found.n, list(found.returns)) == ([[], [100], [100, 100]], [100, 100, 100])
    assert list(found.symbols) == ["A", "B", "C"]
    assert (found.as_of, found.computed_at) == (at(60 * 299), at(20_000))
    assert (found.completeness.expected, found.completeness.open_gaps) == (100, 1)


def test_the_whole_in_two_figures() -> None:
    found = snapshot([closes_of(name, range(300)) for name in WALKS])
    cells = [value for row in found.values for value in row if value is not None]
    assert found.mean == pytest.approx(sum(cells) / 3)
    returns = [np.diff(np.log(walk.iloc[-101:])) for walk in WALKS.values()]
    assert found.volatility == pytest.approx(np.median([each.std() for each in returns]))


def test_who_has_too_few_returns_counts_for_neither_figure() -> None:
    whole = snapshot([closes_of("A", range(300)), closes_of("B", range(300))])
    found = snapshot(
        [closes_of("A", range(300)), closes_of("B", range(300)), closes_of("C", range(290, 300))]
    )
    assert (found.mean, found.volatility) == (pytest.approx(whole.mean), pytest.approx(whole.volatility))


def test_a_symbol_that_begins_late_is_compared_from_there_on() -> None:
    found = snapshot(
        [closes_of("A", range(300)), closes_of("B", range(260, 300)), closes_of("C", range(290, 300))]
    )
    assert found.n == [[], [39], [9, 9]]
    assert found.values[1][0] is not None
    assert found.values[2] == [None, None]
    assert found.reasons == {"C": "needs 20 returns, has 9"}
    assert found.completeness.present == 10


def test_what_has_not_traded_stands_flat_up_to_the_bar() -> None:
    found = snapshot([closes_of("A", range(290)), closes_of("B", range(250))], window=100)
    walks = [np.append(WALKS["A"][199:290], [WALKS["A"].iloc[289]] * 10)]
    walks.append(np.append(WALKS["B"][199:250], [WALKS["B"].iloc[249]] * 50))
    returns = [np.diff(np.log(walk)) for walk in walks]
    assert found.values[1][0] == pytest.approx(np.corrcoef(returns)[0, 1], rel=1e-9)
    assert found.n[1][0] == 100


def test_too_few_bars_say_how_many_there_are() -> None:
    with pytest.raises(NotEnoughData) as failure:
        snapshot([closes_of("A", range(290, 300)), closes_of("B", range(285, 300))])
    assert (failure.value.have, failure.value.need) == (14, 20)
    with pytest.raises(NotEnoughData):
        snapshot([Closes("A", "1m", (), (), ())])


def test_the_table_of_tables_is_the_triangle_mirrored() -> None:
    found = snapshot(
        [closes_of("A", range(300)), closes_of("B", range(290, 300)), closes_of("C", range(300))]
    )
    told = heatmap_json(correlation_json(found), {"C": "c", "A": "A", "B": "B"})
    assert list(told["corr"]) == ["c", "A", "B"]
    assert told["corr"]["A"]["c"] == told["corr"]["c"]["A"] == found.values[2][0]
    assert (told["corr"]["A"]["A"], told["corr"]["B"]["B"], told["corr"]["B"]["A"]) == (1.0, None, None)
    assert (told["n"]["A"]["A"], told["n"]["A"]["B"]) == (100, 9)
    assert told["p"]["c"]["A"] == found.p_values[2][0]
    assert told["reasons"] == {"B": "needs 20 returns, has 9"}
    assert sorted(told["order"]) == ["A", "B", "c"]
