"""The stage that scans the watch-list, and the job that scans any symbols: from stored bars to reports."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.pairs.cointegration import engle_granger
from analytics.records.market import Bar
from analytics.records.scans import MOST_SYMBOLS, SCAN_TIMEFRAMES
from analytics.records.snapshots import Completeness, SymbolSummary
from analytics.timeframes import length
from tests.factories import MIDNIGHT, bar, planted_pair, random_closes
from tests.stored_scans import load_scan
from workers.messages.envelope import JSON
from workers.messages.scans import scan_json
from workers.messages.times import iso
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.jobs import load_job, open_job, want_cancelled
from workers.store.progress import BarProgress, save_progress
from workers.store.results import (
    MAX_CHARACTERS,
    load_result,
    load_result_text,
    result_key,
    save_result,
)
from workers.store.scans import load_q_values, load_scan_head, load_scanned_symbols, save_scan
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.summaries import save_summaries
from workers.store.watchlist import add_symbol, fill_watchlist, remove_symbol
from workers.tasks import scan as stage
from workers.tasks.scan import compute_scans, piece_key, scan_piece, scan_symbols

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
EMPTY = SymbolSummary(
    "", MIDNIGHT, MIDNIGHT, None, None, None, None, None, (), Completeness(1_440, 1_440, 1_440, 0)
)


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


def asked(symbols: tuple[str, ...], **more: object) -> tuple[str, dict[str, object], str]:
    parameters: dict[str, object] = {"symbols": list(symbols), "tf": "1m", "window": 300, **more}
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
    assert load_result(piece_key(job, 0, MIDNIGHT + timedelta(minutes=299))) is not None
    assert isinstance(told, dict)
    compute_scans()
    columns, report = told["columns"], load_scan("1m")
    legs = [(SYMBOLS[y], SYMBOLS[x]) for y, x in zip(columns["y"], columns["x"], strict=True)]
    assert legs == [(y, x) for y in SYMBOLS for x in SYMBOLS if x != y]
    assert report is not None
    for name in ("statistic", "q_value"):
        scanned = [getattr(score, name) for score in report.scores]
        assert columns[name] == pytest.approx(scanned, rel=1e-9)


def test_rows_of_an_earlier_bar_are_not_put_into_a_later_report(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker of a job died, and a bar closed before another one began it again."""
    monkeypatch.setattr(stage, "PIECE_SYMBOLS", 1)
    monkeypatch.setattr(stage, "hand_out", lambda *_nobody: None)
    store(SYMBOLS, 300)
    job, parameters, key = asked(SYMBOLS)
    window: list[str | float] = ["1m", 300, (MIDNIGHT + timedelta(minutes=299)).isoformat(), 0.0]
    scan_piece(job, 0, list(SYMBOLS), [SYMBOLS[0]], window, {})
    store(SYMBOLS, 310, already=300)
    scan_symbols(job, **parameters)
    told = load_result(key)
    assert isinstance(told, dict)
    assert told["as_of"] == iso(MIDNIGHT + timedelta(minutes=309))
    logs = np.log(closes_of(SYMBOLS, 2_000).iloc[10:310])
    expected = engle_granger(logs[SYMBOLS[0]], logs[SYMBOLS[1]]).statistic
    assert told["columns"]["statistic"][0] == pytest.approx(expected, rel=1e-8)


def test_the_pieces_of_a_scan_that_nobody_wants_are_not_computed(published: list[dict[str, JSON]]) -> None:
    store(SYMBOLS, 300)
    as_of = MIDNIGHT + timedelta(minutes=299)
    window: list[str | float] = ["1m", 300, as_of.isoformat(), 0.0]
    for wanted in (True, False):
        job, _, _ = asked(SYMBOLS)
        if not wanted:
            want_cancelled(job)
        scan_piece(job, 0, list(SYMBOLS), ["BTCUSDT"], window, {})
        assert (load_result(piece_key(job, 0, as_of)) is not None) == wanted
        want_cancelled(job)


def test_what_trades_too_little_is_left_out_of_an_asked_scan(published: list[dict[str, JSON]]) -> None:
    store(SYMBOLS, 300)
    volumes = zip(SYMBOLS, (3e6, 2e6, 10.0), strict=True)
    save_summaries([replace(EMPTY, symbol=symbol, quote_volume_24h=volume) for symbol, volume in volumes])
    told = []
    for least in (0.0, 1e6):
        job, parameters, key = asked(SYMBOLS, least_volume=least)
        scan_symbols(job, **parameters)
        told.append(load_result(key))
    everything, liquid = told
    assert (everything["luck"]["pairs"], liquid["luck"]["pairs"]) == (3, 1)
    assert (everything["reasons"], list(liquid["reasons"])) == ({}, ["SOLUSDT"])
    assert everything["columns"]["q_value"][0] > liquid["columns"]["q_value"][0] > 0


def test_a_changed_list_with_too_few_bars_is_tried_once_and_shows_no_other_scan(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store(SYMBOLS, 300)
    compute_scans()
    for symbol in SYMBOLS:
        remove_symbol(symbol)
    young = ("ADAUSDT", "XRPUSDT")
    store(young, 60)
    for symbol in young:
        add_symbol(symbol)
    loaded = []
    load = stage.load_known_closes
    monkeypatch.setattr(stage, "load_known_closes", lambda *a: loaded.append(a) or load(*a))
    for _ in range(3):
        compute_scans()
    assert [call[1] for call in loaded] == list(SCAN_TIMEFRAMES)
    assert (load_scan("1m"), load_scan_head("1m"), load_scanned_symbols()["1m"]) == (None, None, list(young))
    store(young, 160, already=60)
    compute_scans()
    head = load_scan_head("1m")
    assert head is not None
    assert list(head.symbols) == list(young)


def test_of_a_long_watch_list_the_first_are_scanned_and_the_others_named(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "MOST_SYMBOLS", 2)
    store(SYMBOLS, 200)
    compute_scans()
    compute_scans()
    head = load_scan_head("1m")
    assert head is not None
    assert (list(head.symbols), list(head.reasons), len(published)) == (list(SYMBOLS[:2]), ["SOLUSDT"], 1)


def test_the_scan_of_the_most_symbols_is_stored_and_read_as_it_was(published: list[dict[str, JSON]]) -> None:
    store(SYMBOLS, 200)
    compute_scans()
    small = load_scan("1m")
    assert small is not None
    symbols = [f"S{place:03}USDT" for place in range(MOST_SYMBOLS)]
    pairs = [(y, x) for y in symbols for x in symbols if y != x]
    figures = iter(np.random.default_rng(4).normal(size=(len(pairs), 9)).tolist())
    names = ("beta", "intercept", "statistic", "p_value", "pair_p_value", "q_value", "half_life", "zscore")
    scores = [
        replace(small.scores[0], y=y, x=x, zscores=(), **dict(zip(names, next(figures), strict=False)))
        for y, x in pairs
    ]
    wide = replace(small, symbols=symbols, scores=scores)
    save_scan(wide)
    assert load_scan("1m") == wide
    assert load_q_values("1m", since=MIDNIGHT)[pairs[-1]] == scores[-1].q_value
    save_result("wide", scan_json(wide))
    assert len(load_result_text("wide") or "") < MAX_CHARACTERS / 1.5


class _Sent:
    def apply_async(self, **_options: object) -> None:
        """Nobody takes the pieces."""


def _with_first_piece_done(hand_out, handed_out):  # type: ignore[no-untyped-def]  # wraps a function of the stage
    def handed(*arguments: object) -> None:
        hand_out(*arguments)
        handed_out[0].type(*handed_out[0].args)

    return handed
