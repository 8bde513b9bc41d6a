"""The stage that scans the watch-list, and the job that scans any symbols: from stored bars to reports."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.pairs.cointegration import engle_granger
from analytics.records.market import Bar
from analytics.timeframes import length
from tests.factories import MIDNIGHT, bar, planted_pair, random_closes
from workers.messages.envelope import JSON
from workers.messages.times import iso
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.jobs import load_job, open_job, want_cancelled
from workers.store.progress import BarProgress, save_progress
from workers.store.results import load_result, result_key
from workers.store.scans import load_scan, load_scan_head
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import add_symbol, fill_watchlist
from workers.tasks import scan as stage
from workers.tasks.scan import compute_scans, piece_key, scan_piece, scan_symbols

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def closes_of(symbols: tuple[str, ...], count: int) -> pd.DataFrame:
    """Walks; the second symbol is left and returned to by the first."""
    walks = {symbol: random_closes(100 + place, count) for place, symbol in enumerate(symbols)}
    planted = [np.exp(series) for series in planted_pair(7, count)]
    return pd.DataFrame(walks | dict(zip(symbols[:2], planted, strict=True)))


def store(symbols: tuple[str, ...], count: int, *, timeframe: str = "1m", already: int = 0) -> pd.DataFrame:
    """So many bars of each, and how far they have come."""
    closes, span = closes_of(symbols, 2_000), length(timeframe)
    for symbol in symbols:
        column = closes[symbol].to_numpy()
        bars: list[Bar] = [
            bar(MIDNIGHT + k * span, timeframe, float(column[k]), symbol=symbol)
            for k in range(already, count)
        ]
        save_bars(bars)
        save_progress(BarProgress(symbol, count, MIDNIGHT + count * span))
        save_seam(Seam(symbol, HISTORY, MIDNIGHT, MIDNIGHT + count * span, None))
    return closes.iloc[:count]


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, JSON]]:
    """What was told; the database is prepared, and all symbols watched."""
    ensure_indexes()
    fill_watchlist(SYMBOLS)
    told: list[dict[str, JSON]] = []
    monkeypatch.setattr(stage, "publish", told.append)
    return told


def test_a_closed_bar_brings_a_scan_of_every_pair_and_says_so(published: list[dict[str, JSON]]) -> None:
    closes = store(SYMBOLS, 600)
    compute_scans()
    report = load_scan("1m")
    assert report is not None
    assert (len(report.scores), report.luck.pairs, report.as_of) == (6, 3, MIDNIGHT + timedelta(minutes=599))
    assert (report.completeness.expected, report.completeness.present) == (1_440, 600)
    logs = np.log(closes)
    for score in report.scores:
        single = engle_granger(logs[score.y], logs[score.x])
        assert score.statistic == pytest.approx(single.statistic, rel=1e-8)
        assert (score.lags, score.n) == (single.lags, 600)
        assert len(score.zscores) == 24
        assert score.zscore == pytest.approx(score.zscores[-1], abs=6e-4)
    planted = next(score for score in report.scores if (score.y, score.x) == ("BTCUSDT", "ETHUSDT"))
    assert planted.verdict in ("confirmed", "found", "not_held")
    assert planted.q_value is not None
    assert planted.q_value < 0.05
    news = published[0]["scan:1m"]
    assert (news["as_of"], news["luck"]["pairs"]) == (iso(report.as_of), 3)
    assert "scores" not in news


def test_nothing_new_is_nothing_done_and_a_new_symbol_is(published: list[dict[str, JSON]]) -> None:
    store((*SYMBOLS, "XRPUSDT"), 200)
    compute_scans()
    compute_scans()
    assert len([told for told in published if "scan:1m" in told]) == 1
    add_symbol("XRPUSDT")
    compute_scans()
    head = load_scan_head("1m")
    assert head is not None
    assert (list(head.symbols), head.luck.pairs, head.scores) == ([*SYMBOLS, "XRPUSDT"], 6, [])


def test_too_few_bars_are_no_scan_and_no_error(published: list[dict[str, JSON]]) -> None:
    store(SYMBOLS, 60)
    compute_scans()
    assert (load_scan("1m"), published) == (None, [])


def asked(symbols: tuple[str, ...]) -> tuple[str, dict[str, object], str]:
    parameters: dict[str, object] = {"symbols": list(symbols), "tf": "1m", "window": 300}
    key = result_key("scan", parameters, "x")
    return open_job("scan", parameters, key)[0].id, parameters, key


def test_a_large_scan_is_put_together_from_its_pieces(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(SYMBOLS, 300)
    handed_out = []
    monkeypatch.setattr(stage, "PIECE_SYMBOLS", 1)
    monkeypatch.setattr(stage, "group", lambda pieces: handed_out.extend(pieces) or _Sent())
    job, parameters, key = asked(SYMBOLS)
    # Another worker has done the first piece before the job gets to it.
    monkeypatch.setattr(stage, "hand_out", _with_first_piece_done(stage.hand_out, handed_out))
    scan_symbols(job, **parameters)
    row, told = load_job(job), load_result(key)
    assert row is not None
    assert (row.state, row.total) == ("done", 4)
    assert len(handed_out) == 2
    assert load_result(piece_key(job, 0)) is not None
    assert isinstance(told, dict)
    compute_scans()
    assert [(score["y"], score["x"]) for score in told["scores"]] == [
        (y, x) for y in SYMBOLS for x in SYMBOLS if x != y
    ]
    report = load_scan("1m")
    assert report is not None
    for one, other in zip(told["scores"], report.scores, strict=True):
        assert one["statistic"] == pytest.approx(other.statistic, rel=1e-9)
        assert one["q_value"] == pytest.approx(other.q_value, rel=1e-9)


def test_a_cancelled_scan_stops_and_its_pieces_are_not_computed(published: list[dict[str, JSON]]) -> None:
    store(SYMBOLS, 300)
    job, _, key = asked(SYMBOLS)
    want_cancelled(job)
    scan_piece(job, 0, list(SYMBOLS), ["BTCUSDT"], ["1m", 300, MIDNIGHT.isoformat()])
    assert load_result(piece_key(job, 0)) is None
    assert load_result(key) is None


class _Sent:
    def apply_async(self, **_options: object) -> None:
        """Nobody takes the pieces."""


def _with_first_piece_done(hand_out, handed_out):  # type: ignore[no-untyped-def]  # wraps a function of the stage
    def handed(*arguments: object) -> None:
        hand_out(*arguments)
        handed_out[0].type(*handed_out[0].args)

    return handed
