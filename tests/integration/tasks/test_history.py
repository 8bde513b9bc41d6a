"""The stage that takes the exchange's own bars: from its REST interface to stored bars."""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from analytics.records.market import Bar, Gap, GapState
from analytics.timeframes import bar_end, bar_start
from tests.factories import at, tick
from tests.integration.exchange.running import running
from tests.product import wait_for
from workers.binance.history import load_exchange_bars, load_exchange_time
from workers.settings import Settings, use_settings
from workers.store.bars import load_bars, replace_bars, save_bars
from workers.store.database import collection
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import save_market_clock
from workers.store.seams import HISTORY, JOIN, load_folds_from, load_seams
from workers.store.ticks import save_ticks
from workers.tasks.history import fill_symbol

BTC = "BTCUSDT"


@pytest.fixture(scope="module")
def exchange() -> Iterator[str]:
    """The address of a simulated exchange."""
    with running("--synthetic", "--seed", "5") as exchange:
        yield exchange.url


@pytest.fixture(autouse=True)
def _connected(settings: Settings, exchange: str) -> Iterator[None]:
    with use_settings(dataclasses.replace(settings, binance_rest_url=exchange)):
        ensure_indexes()
        save_market_clock(load_exchange_time())
        yield


@pytest.fixture
def _two_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less history than a user gets, where its length does not matter."""
    monkeypatch.setattr("workers.tasks.history.HISTORY_SPAN", timedelta(hours=2))


def test_a_new_symbol_gets_two_days_of_the_exchange_s_bars() -> None:
    fill_symbol(BTC)
    clock = load_exchange_time()
    for timeframe, count in (("1m", 2_880), ("5m", 576), ("15m", 192), ("1h", 48)):
        bars = load_bars(BTC, timeframe)
        assert len(bars) == pytest.approx(count, rel=0.05)
        assert {bar.source for bar in bars} == {"exchange"}
        assert all(bar.is_final and bar.end <= clock for bar in bars)


@pytest.mark.usefixtures("_two_hours")
def test_what_is_stored_is_what_the_exchange_answers() -> None:
    fill_symbol(BTC)
    stored = load_bars(BTC, "1m", limit=50)
    answered = load_exchange_bars(BTC, "1m", start=stored[0].start, end=stored[-1].end)
    assert [dataclasses.replace(bar, is_final=False) for bar in stored] == answered


@pytest.mark.usefixtures("_two_hours")
def test_one_second_bars_begin_on_a_full_hour() -> None:
    fill_symbol(BTC)
    whole_from = load_seams(BTC, since=at(0))[HISTORY].seconds_from
    assert whole_from == bar_start(whole_from, "1h")
    assert load_bars(BTC, "1s")[0].start >= whole_from


@pytest.mark.usefixtures("_two_hours")
def test_folding_waits_for_the_first_trade_and_then_begins_on_the_hour() -> None:
    fill_symbol(BTC)
    assert load_folds_from(BTC) is None
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=30))])
    fill_symbol(BTC)
    seams = load_seams(BTC, since=at(0))
    assert set(seams) == {HISTORY, JOIN}
    assert load_folds_from(BTC) == seams[HISTORY].seconds_from


@pytest.mark.usefixtures("_two_hours")
def test_the_second_of_the_first_trade_is_the_exchange_s() -> None:
    fill_symbol(BTC)
    known = load_bars(BTC, "1s", limit=30)[0]
    save_bars([dataclasses.replace(known, trades=0, volume=0.0, source="ticks")])  # ours saw only its end
    save_ticks([tick(1, traded_at=known.start + timedelta(milliseconds=900))])
    fill_symbol(BTC)
    assert load_bars(BTC, "1s", start=known.start, limit=30)[0] == known


@pytest.mark.usefixtures("_two_hours")
def test_over_a_hole_the_exchange_s_bars_stand_and_are_not_final() -> None:
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=90))])
    fill_symbol(BTC)
    end = load_exchange_time()
    after, before = end - timedelta(seconds=40), end - timedelta(seconds=20)
    save_gaps([Gap(BTC, 5, 900, "open", end, after, before)])
    for bar in load_bars(BTC, "1s", start=bar_start(after, "1s"), end=bar_end(bar_start(before, "1s"), "1s")):
        save_bars([dataclasses.replace(bar, trades=0, source="ticks", is_final=True)])
    fill_symbol(BTC)
    over = load_bars(BTC, "1s", start=bar_start(after, "1s"), end=before)
    assert over
    assert {bar.source for bar in over} == {"exchange"}
    assert not any(bar.is_final for bar in over)
    assert "5" in load_seams(BTC, since=at(0))


@pytest.mark.usefixtures("_two_hours")
def test_a_hole_that_is_resolved_while_candles_come_leaves_no_bar_unfinished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stage that builds bars judges them when the hole goes, and perhaps never again."""
    hole = _hole_of_the_last_minutes()

    def resolve_and_ask(*words: object, **more: object) -> list[Bar]:
        save_gaps([dataclasses.replace(hole, state="filled")])
        return load_exchange_bars(*words, **more)  # type: ignore[arg-type]  # as they were given

    monkeypatch.setattr("workers.tasks.history.load_exchange_bars", resolve_and_ask)
    fill_symbol(BTC)
    assert "5" in load_seams(BTC, since=at(0))
    assert [bar for timeframe in ("1s", "1m") for bar in load_bars(BTC, timeframe) if not bar.is_final] == []


@pytest.mark.usefixtures("_two_hours")
def test_a_hole_that_is_resolved_while_bars_are_written_leaves_none_unfinished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hole = _hole_of_the_last_minutes()

    def resolve_and_write(changes: Sequence[tuple[Bar | None, Bar]]) -> None:
        save_gaps([dataclasses.replace(hole, state="filled")])
        replace_bars(changes)

    monkeypatch.setattr("workers.tasks.history.replace_bars", resolve_and_write)
    fill_symbol(BTC)
    assert [bar for timeframe in ("1s", "1m") for bar in load_bars(BTC, timeframe) if not bar.is_final] == []


@pytest.mark.usefixtures("_two_hours")
def test_bars_that_are_built_while_the_exchange_s_are_written_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A repair brought the trades: of a bar that was lost, and of one that was made of a part of them."""
    hole = _hole_of_the_last_minutes()
    built: list[Bar] = []

    def build_and_write(changes: Sequence[tuple[Bar | None, Bar]]) -> None:
        if not built and changes[0][1].timeframe == "1s":
            save_gaps([dataclasses.replace(hole, state="filled")])
            built.extend(dataclasses.replace(new, source="ticks", is_final=True) for _, new in changes)
            save_bars(built)
        replace_bars(changes)

    monkeypatch.setattr("workers.tasks.history.replace_bars", build_and_write)
    fill_symbol(BTC)
    assert len(built) > 1
    assert load_bars(BTC, "1s", start=built[0].start, end=built[-1].end) == built


def _hole_of_the_last_minutes() -> Gap:
    """A hole over seconds of which the first has lost some trades, and the others all."""
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=90))])
    fill_symbol(BTC)
    end = load_exchange_time()
    hole = Gap(BTC, 5, 900, "open", end, end - timedelta(seconds=40), end - timedelta(seconds=20))
    save_gaps([hole])
    seconds = load_bars(BTC, "1s", start=bar_start(end - timedelta(seconds=40), "1s"))
    collection("bars").delete_many({"timeframe": "1s", "start": {"$gt": seconds[0].start}})
    save_bars([dataclasses.replace(seconds[0], trades=0, source="ticks", is_final=True)])
    return hole


@pytest.mark.usefixtures("_two_hours")
def test_many_small_holes_are_filled_together() -> None:
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=90))])
    fill_symbol(BTC)
    end = load_exchange_time()
    moments = [end - timedelta(seconds=60 - n) for n in range(20)]
    save_gaps([Gap(BTC, 10 * n, 10 * n + 2, "open", end, at, at) for n, at in enumerate(moments, start=1)])
    fill_symbol(BTC)
    holes = [seam for name, seam in load_seams(BTC, since=at(0)).items() if name not in (HISTORY, JOIN)]
    assert len(holes) == 20
    assert len({(seam.since, seam.until) for seam in holes}) == 1


@pytest.mark.usefixtures("_two_hours")
def test_minutes_whose_trades_were_brought_before_the_exchange_s_bars_are_not_left_out() -> None:
    """A computer was off for an hour and a half; the repair has begun with what is older than the seconds."""
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=90))])
    fill_symbol(BTC)
    end = load_exchange_time()
    cut = [bar_start(end, "1m") - timedelta(minutes=minutes) for minutes in (95, 94, 93, 1)]
    states: list[GapState] = ["filled", "verified_absent", "open"]
    pieces = enumerate(zip(states, cut, cut[1:], strict=False), start=1)
    save_gaps(
        [Gap(BTC, 10 * n, 10 * n + 9, state, end, after, before) for n, (state, after, before) in pieces]
    )
    collection("bars").delete_many({"timeframe": "1m", "start": {"$gte": cut[0], "$lt": cut[3]}})
    fill_symbol(BTC)
    listed = load_exchange_bars(BTC, "1m", start=cut[0], end=cut[3])
    assert load_bars(BTC, "1m", start=cut[0], end=cut[1]) != []
    assert [bar.start for bar in load_bars(BTC, "1m", start=cut[0], end=cut[3])] == [b.start for b in listed]
    assert load_seams(BTC, since=at(0))["30"].since == cut[0]


@pytest.mark.usefixtures("_two_hours")
def test_filled_once_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    save_ticks([tick(1, traded_at=load_exchange_time() - timedelta(seconds=90))])
    fill_symbol(BTC)
    asked: list[object] = []
    monkeypatch.setattr(
        "workers.tasks.history.load_exchange_bars", lambda *a, **k: asked.append((a, k)) or []
    )
    fill_symbol(BTC)
    assert asked == []


@pytest.mark.usefixtures("_two_hours")
@pytest.mark.parametrize("behind", [0.0, 0.4, 1.1, 2.5])
def test_between_history_and_the_first_trade_no_second_is_left_out(behind: float) -> None:
    """Whatever part of a second the clock and the first trade fall into."""
    fill_symbol(BTC)
    clock = load_seams(BTC, since=at(0))[HISTORY].until
    first = clock - timedelta(seconds=behind)
    save_ticks([tick(1, traded_at=first)])
    save_market_clock(clock + timedelta(seconds=5))
    wait_for(lambda: load_exchange_time() > clock + timedelta(seconds=5), 10, "the exchange to get there")
    fill_symbol(BTC)
    begin = bar_start(clock, "1m") - timedelta(minutes=1)
    stored = {bar.start: bar.trades for bar in load_bars(BTC, "1s", start=begin, end=first)}
    listed = load_exchange_bars(BTC, "1s", start=begin, end=first)
    assert stored == {bar.start: bar.trades for bar in listed}
    minute = load_exchange_bars(BTC, "1m", start=begin, end=begin + timedelta(minutes=1))
    assert [bar.trades for bar in load_bars(BTC, "1m", start=begin, end=begin + timedelta(minutes=1))] == [
        bar.trades for bar in minute
    ]


@pytest.mark.usefixtures("_two_hours")
def test_on_futures_the_minute_in_which_history_was_taken_is_not_left_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are no candles of a second: minutes are folded from the first one that was captured whole."""

    def fill_at(moment: datetime) -> None:
        monkeypatch.setattr("workers.tasks.history._now", lambda: moment)
        fill_symbol(BTC)

    with (
        running("--synthetic", "--seed", "5", "--market", "usdm") as futures,
        use_settings(dataclasses.replace(settings, market="usdm", binance_rest_url=futures.url)),
    ):
        minute = bar_start(load_exchange_time(), "1m") - timedelta(minutes=3)
        fill_at(minute + timedelta(seconds=3))
        save_ticks([tick(1, traded_at=minute - timedelta(seconds=2))])
        fill_at(minute + timedelta(seconds=20))
        assert JOIN not in load_seams(BTC, since=at(0))
        fill_at(minute + timedelta(seconds=80))
        assert load_folds_from(BTC) == minute + timedelta(minutes=1)
        newest = load_bars(BTC, "1m", limit=2)
        assert [bar.start for bar in newest] == [minute - timedelta(minutes=1), minute]
