"""The stage that builds bars: from stored ticks to stored bars, on a real database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random

import pytest

from analytics.bars import bars_from_ticks, fold
from analytics.records.market import Bar, Gap, Tick
from analytics.series import frame_of
from analytics.timeframes import TIMEFRAMES, bar_start
from tests.factories import at, bar, random_ticks, tick, tick_frame
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars, save_fuller_bars
from workers.store.database import collection
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.market_clock import load_market_clock, save_market_clock, save_shard_clock
from workers.store.progress import load_progress
from workers.store.rebuilds import load_rebuilds, note_rebuilds
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.ticks import load_ticks_up, save_ticks
from workers.store.watchlist import fill_watchlist
from workers.store.watermarks import UNTOUCHED, advance_watermark, load_watermarks, watermark_name
from workers.tasks.bars import build_bars, build_symbol

BTC, ETH, SOL = "BTCUSDT", "ETHUSDT", "SOLUSDT"


@pytest.fixture(autouse=True)
def _begun(settings: Settings) -> None:
    """A symbol whose history is joined: everything from midnight on is ours."""
    ensure_indexes()
    for name in (HISTORY, JOIN):
        save_seam(Seam(BTC, name, at(0), at(0), at(0)))


def build(clock: datetime) -> list[Bar]:
    """One run of the stage at a moment of the exchange's clock."""
    save_market_clock(clock)
    return build_symbol(BTC, load_progress().get(BTC), load_market_clock() or clock)


def arrive(ticks: Sequence[Tick]) -> None:
    """Ticks are stored."""
    save_ticks(ticks)


def numbers(bars: Sequence[Bar]) -> list[tuple[object, ...]]:
    return [(b.start, b.open, b.high, b.low, b.close, b.trades, round(b.volume, 9)) for b in bars]


def test_three_trades_make_the_bar_that_one_can_count_by_hand() -> None:
    arrive([tick(1, 100.0, 1.0, 0.2), tick(2, 103.0, 2.0, 0.5, buyer_is_maker=True), tick(3, 99.0, 0.5, 0.9)])
    build(at(10))
    assert load_bars(BTC, "1s") == [
        Bar(BTC, "1s", at(0), 100.0, 103.0, 99.0, 99.0, 3.5, 355.5, 3, 1.5, 1, 3, True, "ticks")
    ]


def test_a_second_is_not_built_before_it_is_over() -> None:
    arrive([tick(1, second=0.2), tick(2, second=1.1)])
    build(at(1.2))
    assert [b.start for b in load_bars(BTC, "1s")] == [at(0)]


def test_later_trades_or_the_clock_prove_that_a_second_is_over() -> None:
    arrive([tick(1, second=0.2)])
    build(at(1.5))
    assert load_bars(BTC, "1s") == []
    build(at(3.0))
    assert [b.is_final for b in load_bars(BTC, "1s")] == [True]


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_in_any_number_of_steps_the_bars_are_those_of_one_step(seed: int) -> None:
    ticks = random_ticks(seed, 2_000, ticks_per_second=4.0)
    random = Random(seed)
    at_tick = 0
    while at_tick < len(ticks):
        step = random.randint(1, 400)
        arrive(ticks[at_tick : at_tick + step])
        at_tick += step
        build(ticks[min(at_tick, len(ticks)) - 1].traded_at)
    build(ticks[-1].traded_at + timedelta(hours=2))
    for timeframe in ("1s", "1m", "5m", "15m", "1h"):
        expected = bars_from_ticks(tick_frame(ticks), timeframe)
        stored = load_bars(BTC, timeframe)
        assert len(stored) == len(expected)
        frame = frame_of(stored)
        for column in ("open", "high", "low", "close", "trades", "first_id", "last_id"):
            assert (frame[column] == expected[column]).all(), (seed, timeframe, column)
        assert abs(frame["volume"] - expected["volume"]).max() < 1e-9
        assert all(b.is_final for b in stored)


def test_longer_bars_move_with_the_seconds_and_are_final_when_over() -> None:
    arrive(random_ticks(21, 400, ticks_per_second=5.0))
    build(at(70))
    minutes = load_bars(BTC, "1m")
    assert [b.is_final for b in minutes] == [True, False]
    build(at(200))
    assert all(b.is_final for b in load_bars(BTC, "1m"))
    assert [b.is_final for b in load_bars(BTC, "5m")] == [False]


def test_running_again_changes_nothing() -> None:
    arrive(random_ticks(22, 300, ticks_per_second=5.0))
    build(at(70))
    assert build(at(70)) == []


def test_a_late_tick_reopens_its_second_and_all_longer_bars() -> None:
    ticks = random_ticks(23, 600, ticks_per_second=5.0)
    late = ticks.pop(100)
    save_gaps([Gap(BTC, late.id, late.id, "open", at(30), ticks[99].traded_at, ticks[100].traded_at)])
    arrive(ticks)
    build(at(400))
    second = bar_start(late.traded_at, "1s")
    assert not next(b for b in load_bars(BTC, "1m") if b.start == at(0)).is_final
    arrive([late])
    save_gaps([Gap(BTC, late.id, late.id, "filled", at(30), ticks[99].traded_at, ticks[100].traded_at)])
    note_rebuilds([(BTC, second)])
    build(at(401))
    expected = bars_from_ticks(tick_frame([*ticks, late]), "1m")
    stored = load_bars(BTC, "1m")
    assert [b.trades for b in stored] == expected["trades"].tolist()
    assert all(b.is_final for b in stored)
    assert load_rebuilds(BTC) == []


def test_a_long_stretch_that_was_filled_is_rebuilt_in_parts_beside_what_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = random_ticks(26, 6_000, ticks_per_second=4.0)
    filled = [t for t in ticks if at(60) <= t.traded_at < at(1_260)]
    arrive([t for t in ticks if t.traded_at < at(60) or at(1_260) <= t.traded_at < at(1_320)])
    build(at(1_320))
    arrive(filled)
    note_rebuilds([(BTC, bar_start(t.traded_at, "1s")) for t in filled])
    monkeypatch.setattr("workers.tasks.bars.TICKS_AT_ONCE", 1_000)
    read: list[int] = []
    monkeypatch.setattr("workers.tasks.bars.load_ticks_up", _counted(read))
    runs = 0
    while load_rebuilds(BTC):
        runs += 1
        arrive([t for t in ticks if at(1_319 + runs) <= t.traded_at < at(1_320 + runs)])
        build(at(1_320 + runs))
        assert load_bars(BTC, "1s")[-1].start >= at(1_316 + runs)
        assert sum(read) <= 3 * 1_000
        read.clear()
    assert runs > 3
    expected = bars_from_ticks(tick_frame([t for t in ticks if t.traded_at < at(1_320)]), "1s")
    stored = load_bars(BTC, "1s", end=at(1_320))
    assert [b.trades for b in stored] == expected["trades"].tolist()


def _counted(read: list[int]) -> Callable[..., list[Tick]]:
    def counted(symbol: str, *, after_id: int, before: datetime) -> list[Tick]:
        found = load_ticks_up(symbol, after_id=after_id, before=before)
        read.append(len(found))
        return found

    return counted


def test_a_rewritten_bar_sends_the_next_stage_back() -> None:
    arrive(random_ticks(24, 600, ticks_per_second=5.0))
    build(at(400))
    name = watermark_name("indicators", BTC, "1s")
    advance_watermark(name, seen=UNTOUCHED, done=at(60))
    note_rebuilds([(BTC, at(5))])
    save_bars([bar(at(5), "1s", trades=1)])  # what the rebuild will correct
    build(at(401))
    assert load_watermarks("indicators")[name].is_behind(at(5))


@pytest.mark.parametrize("saved", range(5))
def test_a_run_that_died_between_two_saves_is_made_good_by_the_next(
    saved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = random_ticks(25, 400, ticks_per_second=1.0)
    late, in_time = ticks[150], [*ticks[:150], *ticks[151:]]
    arrive(in_time[:300])
    build(in_time[299].traded_at)
    mark = watermark_name("indicators", BTC, "1m")
    advance_watermark(mark, seen=UNTOUCHED, done=at(240))
    arrive([*in_time[300:], late])
    note_rebuilds([(BTC, bar_start(late.traded_at, "1s"))])
    with monkeypatch.context() as dying:
        dying.setattr("workers.tasks.bars.save_fuller_bars", _dies_after(saved))
        with pytest.raises(ConnectionError):
            build(at(3_600 * 2))
    build(at(3_600 * 2))
    for timeframe in TIMEFRAMES:
        expected = bars_from_ticks(tick_frame(ticks), timeframe)
        assert list(frame_of(load_bars(BTC, timeframe))["trades"]) == list(expected["trades"]), timeframe
    assert load_watermarks("indicators")[mark].is_behind(bar_start(late.traded_at, "1m"))


def test_the_exchange_s_bar_that_is_written_while_ours_is_built_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_gaps([Gap(BTC, 2, 9, "open", at(2), at(0.5), at(1.5))])
    arrive([tick(1, 100.0, 1.0, 0.2), tick(10, 99.0, 0.5, 1.9)])
    theirs = bar(at(0), "1s", trades=5, source="exchange")

    def write_theirs_first(bars: Sequence[Bar]) -> None:
        if bars[0].timeframe == "1s":
            save_bars([theirs])
        save_fuller_bars(bars)

    monkeypatch.setattr("workers.tasks.bars.save_fuller_bars", write_theirs_first)
    build(at(10))
    first, second = load_bars(BTC, "1s")
    assert first == theirs
    assert (second.trades, second.source) == (1, "ticks")


def _dies_after(saves: int) -> Callable[[Sequence[Bar]], None]:
    """Saves so many times, then the store is gone."""
    left = [saves]

    def save(bars: Sequence[Bar]) -> None:
        if not left[0]:
            raise ConnectionError
        left[0] -= 1
        save_bars(bars)

    return save


def test_a_bar_over_an_open_hole_is_not_final() -> None:
    ticks = random_ticks(25, 300, ticks_per_second=5.0)
    missing = ticks[50:60]
    save_gaps(
        [Gap(BTC, missing[0].id, missing[-1].id, "open", at(20), ticks[49].traded_at, ticks[60].traded_at)]
    )
    arrive([*ticks[:50], *ticks[60:]])
    build(at(400))
    assert [b.is_final for b in load_bars(BTC, "1m")] == [False, True]
    hole = [b for b in load_bars(BTC, "1s") if not b.is_final]
    assert hole
    assert all(ticks[49].traded_at < b.end and b.start <= ticks[60].traded_at for b in hole)


def test_the_exchange_s_fuller_bar_is_not_replaced_by_ours() -> None:
    save_bars([bar(at(0), "1s", trades=5, source="exchange", first_id=None, last_id=None)])
    arrive([tick(1, second=0.9), tick(2, second=5.0)])
    build(at(10))
    assert [b.trades for b in load_bars(BTC, "1s")] == [5, 1]


def test_bars_are_folded_only_where_the_seconds_are_whole() -> None:
    save_seam(Seam(BTC, HISTORY, at(0), at(0), at(3600)))
    arrive([tick(1, second=0.9), tick(2, second=3605.0)])
    build(at(4000))
    assert [b.start for b in load_bars(BTC, "1m")] == [at(3600)]


def test_fold_of_stored_bars_agrees_with_the_stage() -> None:
    ticks = random_ticks(26, 3_000, ticks_per_second=3.0)
    arrive(ticks)
    build(at(8_000))
    seconds = frame_of(load_bars(BTC, "1s"))
    for timeframe in ("1m", "5m", "15m", "1h"):
        folded = fold(seconds, timeframe)
        assert folded["close"].tolist() == [b.close for b in load_bars(BTC, timeframe)]


def test_seconds_wait_for_the_join_to_history_and_are_then_folded_all(settings: Settings) -> None:
    collection("seams").delete_many({})
    ticks = random_ticks(27, 1_500, ticks_per_second=5.0)
    arrive(ticks)
    build(at(400))
    assert load_bars(BTC, "1s") == []
    for name in (HISTORY, JOIN):
        save_seam(Seam(BTC, name, at(0), at(0), at(0)))
    build(at(4_000))
    for timeframe in ("1m", "5m", "15m"):
        assert sum(bar.trades for bar in load_bars(BTC, timeframe)) == len(ticks), timeframe


def test_without_whole_seconds_longer_bars_are_still_folded_from_minutes() -> None:
    """Futures: the minute in which capture began is the exchange's, seconds are whole from the next on."""
    save_seam(Seam(BTC, JOIN, at(0), at(0), at(60)))
    save_bars([bar(at(0), "1m", trades=100, source="exchange", first_id=None, last_id=None)])
    ticks = [t for t in random_ticks(28, 1_400, ticks_per_second=5.0) if t.traded_at >= at(30)]
    arrive(ticks)
    build(at(4_000))
    minutes = load_bars(BTC, "1m")
    assert minutes[0].trades == 100
    for timeframe in ("5m", "15m", "1h"):
        assert sum(b.trades for b in load_bars(BTC, timeframe)) == sum(b.trades for b in minutes), timeframe


def test_a_hole_that_becomes_known_late_takes_finality_back_and_its_end_gives_it() -> None:
    ticks = random_ticks(29, 600, ticks_per_second=5.0)
    arrive([*ticks[:100], *ticks[120:]])
    build(at(400))
    assert all(bar.is_final for bar in load_bars(BTC, "1m"))
    hole = (ticks[99].traded_at, ticks[120].traded_at)
    save_gaps([Gap(BTC, ticks[100].id, ticks[119].id, "open", at(30), *hole)])
    build(at(401))
    assert not load_bars(BTC, "1m")[0].is_final
    assert not load_bars(BTC, "1h")[0].is_final
    save_gaps([Gap(BTC, ticks[100].id, ticks[119].id, "verified_absent", at(30), *hole)])
    build(at(4_000))
    assert all(bar.is_final for timeframe in ("1s", "1m", "1h") for bar in load_bars(BTC, timeframe))


def test_a_hole_that_one_process_saw_is_known_to_the_next_one() -> None:
    ticks = random_ticks(29, 600, ticks_per_second=5.0)
    hole = Gap(BTC, ticks[100].id, ticks[119].id, "open", at(30), ticks[99].traded_at, ticks[120].traded_at)
    arrive([*ticks[:100], *ticks[120:]])
    build(at(400))
    save_gaps([hole])
    elsewhere = get_context("fork").Process(target=build, args=(at(401),))
    elsewhere.start()
    elsewhere.join(30)
    assert elsewhere.exitcode == 0
    assert not load_bars(BTC, "1m")[0].is_final
    save_gaps([replace(hole, state="verified_absent")])
    build(at(402))
    assert all(bar.is_final for timeframe in ("1s", "1m") for bar in load_bars(BTC, timeframe))


def test_bars_become_final_however_long_the_stage_was_away() -> None:
    arrive(random_ticks(30, 300, ticks_per_second=5.0))
    build(at(61))
    build(at(61 + 6 * 3600))
    assert all(bar.is_final for timeframe in ("1s", "1m", "1h") for bar in load_bars(BTC, timeframe))


@pytest.mark.parametrize("split", [1, 2, 3, 4, 5, 6])
def test_moments_may_step_back_from_one_id_to_the_next(split: int) -> None:
    seconds = [11.2, 11.5, 11.9, 12.001, 11.999, 12.4, 13.0]
    ticks = [tick(n, price=100.0 + n, second=second) for n, second in enumerate(seconds, start=1)]
    arrive(ticks[:split])
    build(ticks[split - 1].traded_at)
    arrive(ticks[split:])
    build(at(100))
    assert [(bar.start, bar.trades) for bar in load_bars(BTC, "1s")] == [
        (at(11), 4),
        (at(12), 2),
        (at(13), 1),
    ]


def built_until() -> dict[str, datetime]:
    """Of each symbol, up to when its bars are over."""
    return {symbol: progress.built_until for symbol, progress in load_progress().items()}


@pytest.fixture
def shards() -> None:
    """Two shards with a symbol each, and one symbol that nobody captures; trades of all until second 5."""
    fill_watchlist([BTC, ETH, SOL])
    for symbol in (ETH, SOL):
        for name in (HISTORY, JOIN):
            save_seam(Seam(symbol, name, at(0), at(0), at(0)))
    for symbol in (BTC, ETH, SOL):
        arrive([replace(tick(n, second=n), symbol=symbol) for n in range(1, 6)])
    hear("0of2", [BTC], at(9))
    hear("1of2", [ETH], at(9))
    build_bars()


def hear(shard: str, symbols: Sequence[str], reached: datetime) -> None:
    """A shard hears the exchange's time."""
    save_market_clock(reached)
    save_shard_clock(shard, symbols, reached)


@pytest.mark.usefixtures("shards")
def test_a_shard_that_is_away_has_none_of_its_bars_closed_by_the_others() -> None:
    hear("0of2", [BTC], at(70))
    build_bars()
    assert built_until() == {BTC: at(68), ETH: at(7), SOL: at(68)}
    hear("1of2", [ETH], at(71))
    build_bars()
    assert built_until()[ETH] == at(69)
    assert [bar.start for bar in load_bars(ETH, "1m") if bar.is_final] == [at(0)]


@pytest.mark.usefixtures("shards")
def test_trades_close_the_bars_of_a_shard_before_its_clock_does() -> None:
    arrive([replace(tick(6, second=65), symbol=ETH)])
    build_bars()
    assert built_until()[ETH] == at(65)


@pytest.mark.usefixtures("shards")
def test_shards_of_another_number_and_without_symbols_hold_nothing_up() -> None:
    hear("0of3", [], at(20))
    hear("1of3", [BTC, ETH], at(80))
    build_bars()
    assert built_until() == {BTC: at(78), ETH: at(78), SOL: at(78)}


@pytest.mark.usefixtures("shards")
def test_a_symbol_that_no_shard_has_any_more_goes_by_the_market() -> None:
    hear("1of2", [], at(75))
    build_bars()
    assert built_until() == {BTC: at(7), ETH: at(73), SOL: at(73)}
