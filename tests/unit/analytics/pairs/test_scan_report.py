from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotEnoughData
from analytics.pairs.scan_report import ScanWindow, scan_piece, scan_report, scanned_closes
from analytics.records.closes import Closes
from analytics.records.scans import ScanReport
from tests.factories import MIDNIGHT, planted_pair, random_closes

AS_OF = MIDNIGHT + timedelta(minutes=799)
ASKED = ScanWindow("1m", 800, AS_OF)


def closes_of(values: dict[str, np.ndarray], *, begin: int = 0) -> dict[str, Closes]:
    first = int(MIDNIGHT.timestamp()) + 60 * begin
    return {
        symbol: Closes(
            symbol, "1m", [first + 60 * k for k in range(len(row))], row.tolist(), [True] * len(row)
        )
        for symbol, row in values.items()
    }


def market(seed: int = 3) -> dict[str, np.ndarray]:
    """One planted pair among walks."""
    planted = [np.exp(series).to_numpy() for series in planted_pair(seed, 800, half_life=5)]
    walks = {f"W{number}": random_closes(seed + number, 800).to_numpy() for number in range(1, 5)}
    return {"Y": planted[0], "X": planted[1], **walks}


def reported(
    closes: dict[str, Closes], pieces: list[list[str]] | None = None, asked: ScanWindow = ASKED
) -> ScanReport:
    table = scanned_closes(closes, asked)
    volumes = {"Y": 5e6, "X": 2e6, "W1": 1.0}
    parts = [
        scan_piece(table, ys, z_points=3, quote_volumes=volumes, least_volume=asked.least_volume)
        for ys in pieces or [list(closes)]
    ]
    return scan_report(
        table,
        parts,
        asked,
        closes=closes,
        gaps={},
        quote_volumes=volumes,
        computed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_planted_pair_is_found_confirmed_and_told_in_words() -> None:
    report = reported(closes_of(market()))
    rows = {(score.y, score.x): score for score in report.scores}
    planted = rows["Y", "X"]
    assert (planted.verdict, planted.confirmed) == ("confirmed", True)
    assert planted.text == "Found, and it held on bars that had no part in finding it."
    assert planted.quote_volume == 2e6
    assert rows["Y", "W2"].quote_volume is None
    assert len(planted.zscores) == 3
    assert report.luck.pairs == 15
    assert report.luck.expected_by_luck == pytest.approx(0.75)
    assert (report.luck.found_after, report.luck.confirmed) == (1, 1)
    assert (report.completeness.expected, report.completeness.final) == (800, 800)


def test_pieces_make_the_same_report_as_the_whole() -> None:
    closes = closes_of(market(5))
    whole, parts = reported(closes), reported(closes, [["Y", "X"], ["W1", "W2", "W3"], ["W4"]])
    assert [(score.y, score.x) for score in parts.scores] == [(score.y, score.x) for score in whole.scores]
    for one, other in zip(whole.scores, parts.scores, strict=True):
        assert one.statistic == pytest.approx(other.statistic, rel=1e-9)
        assert (one.verdict, one.lags, one.reason) == (other.verdict, other.lags, other.reason)


def test_what_cannot_be_tested_says_so_and_has_no_numbers() -> None:
    report = reported(closes_of(market() | {"FLAT": np.full(800, 3.0)}))
    flat = next(score for score in report.scores if (score.y, score.x) == ("FLAT", "W1"))
    assert (flat.verdict, flat.text) == ("untestable", "Not testable: FLAT does not move.")
    assert (flat.statistic, flat.p_value, flat.q_value, flat.half_life, flat.lags) == (None,) * 5
    assert report.reasons == {"FLAT": "FLAT does not move"}
    assert report.luck.pairs == 15


def test_a_symbol_stands_flat_after_its_last_trade_and_is_absent_before_its_first() -> None:
    closes = closes_of({"A": random_closes(1, 700).to_numpy()}) | closes_of(
        {"B": random_closes(2, 500).to_numpy()}, begin=300
    )
    table = scanned_closes(closes, ASKED)
    assert (table.index[0], table.index[-1], len(table)) == (pd.Timestamp(MIDNIGHT), pd.Timestamp(AS_OF), 800)
    assert (table["A"].iloc[699:] == closes["A"].closes[-1]).all()
    assert table["B"].isna().sum() == 300


def test_too_few_bars_or_symbols_say_how_many() -> None:
    walk = random_closes(1, 99).to_numpy()
    short = ScanWindow("1m", 800, MIDNIGHT + timedelta(minutes=98))
    with pytest.raises(NotEnoughData) as caught:
        scanned_closes(closes_of({"A": walk, "B": walk}), short)
    assert (caught.value.have, caught.value.need) == (99, 100)


@pytest.mark.parametrize(("bars", "have"), [((800, 0), 0), ((90, 40, 60), 60), ((90,), 0)])
def test_what_is_there_are_the_bars_that_two_symbols_have(bars: tuple[int, ...], have: int) -> None:
    walk, closes = random_closes(1, 800).to_numpy(), {}
    for place, count in enumerate(bars):  # all up to the same bar
        closes |= closes_of({f"S{place}": walk[:count]}, begin=800 - count)
    with pytest.raises(NotEnoughData) as caught:
        scanned_closes(closes, ASKED)
    assert (caught.value.have, caught.value.need) == (have, 100)
    assert str(caught.value).endswith(f"needs 100 observations, has {have}")


def test_what_trades_too_little_is_not_tested_and_counts_for_no_q() -> None:
    closes = closes_of(market())
    asked = ScanWindow("1m", 800, AS_OF, least_volume=1e6)
    everything, liquid = reported(closes), reported(closes, asked=asked)
    assert (everything.luck.pairs, liquid.luck.pairs, liquid.least_volume) == (15, 1, 1e6)
    assert liquid.reasons["W1"] == "W1 trades too little: 1 where 1e+06 is asked"
    assert liquid.reasons["W2"] == "W2 has no known volume"
    one, other = (
        next(score for score in report.scores if (score.y, score.x) == ("Y", "X"))
        for report in (everything, liquid)
    )
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9)
    assert other.q_value == other.pair_p_value  # one test, nothing to correct
    assert one.q_value is not None
    assert other.q_value is not None
    assert one.q_value > other.q_value
    assert other.verdict == "confirmed"
    untested = next(score for score in liquid.scores if (score.y, score.x) == ("W1", "W3"))
    assert (untested.verdict, untested.statistic) == ("untestable", None)
