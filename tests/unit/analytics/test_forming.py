"""The bar that is still moving."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.bars import bars_from_ticks
from analytics.errors import AnalyticsError
from analytics.forming import FormingBar, bar_of, bar_with, folded
from analytics.records.market import Bar
from analytics.series import bars_of
from tests.factories import at, bar, random_ticks, tick, tick_frame


def test_one_tick_makes_a_flat_bar() -> None:
    formed = bar_of(tick(7, 100.0, 2.0, second=61.5, buyer_is_maker=True), "1m")
    assert (formed.start, formed.end) == (at(60), at(120))
    assert (formed.open, formed.high, formed.low, formed.close) == (100.0, 100.0, 100.0, 100.0)
    assert (formed.volume, formed.quote_volume, formed.taker_buy_volume) == (2.0, 200.0, 0.0)
    assert (formed.trades, formed.first_id, formed.last_id) == (1, 7, 7)
    assert (formed.is_final, formed.source) == (False, "ticks")


def test_every_tick_moves_the_bar() -> None:
    formed = bar_of(tick(1, 100.0, 1.0), "1m")
    formed = bar_with(formed, tick(2, 103.0, 1.0, second=1, first_trade_id=11, last_trade_id=14))
    formed = bar_with(formed, tick(3, 99.0, 2.0, second=2, buyer_is_maker=True))
    assert (formed.open, formed.high, formed.low, formed.close) == (100.0, 103.0, 99.0, 99.0)
    assert (formed.volume, formed.taker_buy_volume, formed.quote_volume) == (4.0, 2.0, 401.0)
    assert (formed.trades, formed.first_id, formed.last_id) == (6, 1, 3)


def test_an_id_that_was_passed_changes_nothing() -> None:
    formed = bar_with(bar_of(tick(5), "1m"), tick(8, 101.0))
    assert bar_with(formed, tick(8, 500.0)) == formed
    assert bar_with(formed, tick(6, 500.0)) == formed
    forming = FormingBar.resumed(formed)
    forming.add(tick(8, 500.0, second=999))  # not even looked at
    assert forming.bar() == formed


@pytest.mark.parametrize("second", [59.999, 120.0])
def test_a_tick_of_another_bar_is_refused(second: float) -> None:
    formed = bar_of(tick(1, second=60), "1m")
    with pytest.raises(AnalyticsError, match="tick 2 of BTCUSDT"):
        bar_with(formed, tick(2, second=second))


@pytest.mark.parametrize("timeframe", ["1s", "1m", "5m"])
def test_tick_by_tick_is_the_same_as_all_at_once(timeframe: str) -> None:
    ticks = random_ticks(seed=1, count=3_000)
    formed: dict[object, FormingBar] = {}
    for one in ticks:
        newest = FormingBar(one, timeframe)
        if newest.start in formed:
            formed[newest.start].add(one)
        else:
            formed[newest.start] = newest
    frame = bars_from_ticks(tick_frame(ticks), timeframe)
    expected = bars_of(frame, symbol="BTCUSDT", timeframe=timeframe, is_final=False, source="ticks")
    assert [_rounded(one.bar()) for one in formed.values()] == [_rounded(one) for one in expected]


def test_a_record_goes_on_where_it_stopped() -> None:
    ticks = random_ticks(seed=2, count=100)
    whole = FormingBar(ticks[0], "1h")
    resumed = FormingBar.resumed(bar_of(ticks[0], "1h"))
    for one in ticks[1:]:
        whole.add(one)
        resumed.add(one)
    assert whole.bar() == resumed.bar()


def test_a_bar_of_the_exchange_takes_the_ticks_that_follow_it() -> None:
    formed = bar_with(bar(close=100.0, source="exchange"), tick(9, 101.0, 1.0))
    assert (formed.close, formed.volume, formed.first_id, formed.last_id) == (101.0, 3.0, 9, 9)
    assert formed.source == "exchange"


def test_shorter_bars_fold_into_one() -> None:
    parts = [
        bar(at(0), close=100.0, high=105.0, first_id=None, last_id=None, source="exchange"),
        bar(at(60), close=98.0, low=90.0, first_id=3, last_id=5),
        bar(at(240), close=99.0, first_id=6, last_id=9),
    ]
    longer = folded(parts, "5m", is_final=True)
    assert (longer.start, longer.timeframe, longer.is_final) == (at(0), "5m", True)
    assert (longer.open, longer.high, longer.low, longer.close) == (100.0, 105.0, 90.0, 99.0)
    assert (longer.volume, longer.quote_volume, longer.trades) == (6.0, 594.0, 6)
    assert (longer.first_id, longer.last_id, longer.source) == (3, 9, "exchange")


def test_bars_of_our_own_fold_into_one_of_our_own() -> None:
    assert folded([bar(at(0)), bar(at(60))], "5m", is_final=False).source == "ticks"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [bar(at(60)), bar(at(0))],
        [bar(at(0)), bar(at(0))],
        [bar(at(240)), bar(at(300))],
        [bar(at(0)), bar(at(60), symbol="ETHUSDT")],
        [bar(at(0), "15m")],
    ],
)
def test_what_is_not_one_longer_bar_is_refused(parts: list[Bar]) -> None:
    with pytest.raises(AnalyticsError):
        folded(parts, "5m", is_final=True)


@given(st.lists(st.floats(0.001, 1000.0), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_folding_in_any_cut_gives_the_same_bar(quantities: list[float], random: "object") -> None:
    ticks = [tick(id, 100.0 + id % 7, quantity, second=id) for id, quantity in enumerate(quantities)]
    frame = bars_from_ticks(tick_frame(ticks), "1s")
    seconds = bars_of(frame, symbol="BTCUSDT", timeframe="1s", is_final=True, source="ticks")
    cut = random.randrange(len(seconds))  # type: ignore[attr-defined]  # hypothesis' Random
    halves = [part for part in (seconds[:cut], seconds[cut:]) if part]
    in_two = folded(seconds, "1m", is_final=True)
    whole = FormingBar(ticks[0], "1m")
    for one in ticks[1:]:
        whole.add(one)
    assert _rounded(in_two) == _rounded(whole.bar(is_final=True))
    assert sum(folded(part, "1m", is_final=False).trades for part in halves) == in_two.trades


def test_the_end_of_a_forming_bar_tells_when_the_next_begins() -> None:
    forming = FormingBar(tick(1, second=59.5), "1m")
    assert forming.end == at(60)
    assert forming.end - forming.start == timedelta(minutes=1)


def _rounded(formed: Bar) -> tuple[object, ...]:
    """A bar to compare: sums may differ in the last digits, everything else is exact."""
    sums = (formed.volume, formed.quote_volume, formed.taker_buy_volume)
    exact = (formed.start, formed.open, formed.high, formed.low, formed.close, formed.trades)
    ids = (formed.first_id, formed.last_id, formed.is_final, formed.source)
    return (*exact, *ids, *(round(value, 6) for value in sums))
