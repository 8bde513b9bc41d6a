"""Ticks -> bars, short bars -> longer bars, and the gapless grid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.bars import COLUMNS, bars_from_ticks, fill_gaps, fold
from analytics.errors import AnalyticsError
from tests.captured import KLINE_SYMBOLS, captured, captured_klines, captured_trades
from tests.factories import at, random_bars, random_ticks, starts_of, tick, tick_frame

OHLC = ["open", "high", "low", "close"]


def test_a_bar_countable_by_hand() -> None:
    ticks = [
        tick(1, 10.0, 1.0, second=0.1),
        tick(2, 12.0, 2.0, second=30, buyer_is_maker=True, first_trade_id=2, last_trade_id=4),
        tick(3, 11.0, 3.0, second=59.999),
        tick(4, 20.0, 1.0, second=60),
    ]
    bars = bars_from_ticks(tick_frame(ticks), "1m")
    assert bars.index.tolist() == [at(0), at(60)]
    expected = [10.0, 12.0, 10.0, 11.0, 6.0, 67.0, 5.0, 4.0, 1.0, 3.0]
    assert bars.iloc[0].tolist() == expected
    assert bars.columns.tolist() == list(COLUMNS)
    assert set(bars.dtypes) == {np.dtype(np.float64)}
    assert bars.index.name == "start"


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_real_trades_make_the_published_minutes(symbol: str) -> None:
    bars = bars_from_ticks(captured_trades(symbol), "1m")
    expected = pd.read_csv(captured(f"captures/spot/expected/{symbol}-spot-1m-expected.csv"))
    assert bars.index.tolist() == pd.to_datetime(expected["b"], unit="ms", utc=True).tolist()
    assert bars[[*OHLC, "trades"]].to_numpy().tolist() == expected[list("ohlcn")].to_numpy().tolist()
    np.testing.assert_allclose(bars["volume"], expected["v"], rtol=1e-9, atol=0)


@pytest.mark.parametrize("timeframe", ["1s", "1m"])
def test_real_trades_make_the_same_bars_in_any_order(timeframe: str) -> None:
    trades = captured_trades("ETHUSDT")
    shuffled = pd.concat([trades, trades.iloc[:500]]).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        bars_from_ticks(shuffled, timeframe), bars_from_ticks(trades, timeframe), check_exact=True
    )


def test_within_a_millisecond_the_id_says_which_was_first() -> None:
    same_moment = [tick(3, 30.0), tick(1, 10.0), tick(2, 20.0)]
    bars = bars_from_ticks(tick_frame(same_moment), "1s")
    assert bars[["open", "close"]].to_numpy().tolist() == [[10.0, 30.0]]


def test_a_moment_that_goes_back_puts_the_tick_into_its_own_bar() -> None:
    ticks = [tick(1, 10.0, second=59), tick(2, 20.0, second=61), tick(3, 30.0, second=59.5)]
    bars = bars_from_ticks(tick_frame(ticks), "1m")
    assert bars["close"].tolist() == [30.0, 20.0]
    assert bars[["first_id", "last_id"]].to_numpy().tolist() == [[1.0, 3.0], [2.0, 2.0]]


def test_a_bar_without_ticks_is_not_invented() -> None:
    bars = bars_from_ticks(tick_frame([tick(1, second=0), tick(2, second=600)]), "1m")
    assert bars.index.tolist() == [at(0), at(600)]


def test_a_repeated_id_counts_once() -> None:
    bars = bars_from_ticks(tick_frame([tick(1), tick(1), tick(2)]), "1m")
    assert bars[["volume", "trades"]].to_numpy().tolist() == [[2.0, 2.0]]


def test_without_trade_ids_every_tick_is_one_trade() -> None:
    frame = tick_frame([tick(1, first_trade_id=1, last_trade_id=9), tick(2)])
    plain = frame.drop(columns=["first_trade_id", "last_trade_id"])
    assert bars_from_ticks(frame, "1m")["trades"].tolist() == [10.0]
    assert bars_from_ticks(plain, "1m")["trades"].tolist() == [2.0]


def test_volumes_are_sums_rounded_once() -> None:
    ticks = [tick(id, quantity=0.1) for id in range(10)]
    assert bars_from_ticks(tick_frame(ticks), "1m")["volume"].tolist() == [
        1.0
    ]  # 0.1 added up is 0.9999999999999999


def test_no_ticks_make_no_bars_but_the_columns() -> None:
    empty = bars_from_ticks(tick_frame([tick(1)]).iloc[:0], "1m")
    untyped = bars_from_ticks(
        pd.DataFrame(columns=["id", "price", "quantity", "traded_at", "buyer_is_maker"]), "1m"
    )
    for bars in (empty, untyped):
        assert bars.columns.tolist() == list(COLUMNS)
        assert set(bars.dtypes) == {np.dtype(np.float64)}
        assert str(bars.index.tz) == "UTC"


def test_inputs_are_never_changed() -> None:
    frame = tick_frame([tick(2), tick(1)])
    before = frame.copy(deep=True)
    bars_from_ticks(frame, "1m")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price": np.nan}, "tick 1 has no finite price"),
        ({"quantity": np.inf}, "tick 1 has no finite quantity"),
        ({"traded_at": 1_723_161_255_342}, "traded_at must hold timestamps in UTC"),
        ({"traded_at": pd.Timestamp("2024-08-08")}, "traded_at must hold timestamps in UTC"),
        ({"buyer_is_maker": "False"}, "buyer_is_maker must be bool"),
    ],
)
def test_what_is_no_tick_is_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(AnalyticsError, match=message):
        bars_from_ticks(tick_frame([tick(1)]).assign(**change), "1m")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(AnalyticsError, match="missing: quantity"):
        bars_from_ticks(tick_frame([tick(1)]).drop(columns="quantity"), "1m")


@pytest.mark.parametrize("symbol", KLINE_SYMBOLS)
@pytest.mark.parametrize(("shorter", "longer", "count"), [("1m", "5m", 2_161), ("5m", "1h", 181)])
def test_real_klines_fold_into_the_exchanges_own(symbol: str, shorter: str, longer: str, count: int) -> None:
    short, own = captured_klines(symbol, shorter), captured_klines(symbol, longer)
    folded, expected = _complete(short, fold(short, longer), own, longer)
    assert len(folded) == count
    assert folded[OHLC].to_numpy().tolist() == expected[OHLC].to_numpy().tolist()
    np.testing.assert_allclose(folded["volume"], expected["volume"], rtol=1e-9, atol=0)
    assert folded.columns.tolist() == [*OHLC, "volume"]


def test_the_bar_without_trades_of_a_real_day_is_not_folded() -> None:
    names = [
        *OHLC,
        "volume",
        "end",
        "quote_volume",
        "trades",
        "taker_buy_volume",
        "taker_buy_quote",
        "ignored",
    ]
    day = pd.read_csv(
        captured("klines/ADABTC-1m-2021-11-27.csv"), header=None, index_col=0, names=["start", *names]
    )
    day.index = pd.to_datetime(day.index, unit="ms", utc=True)
    silent = day[day["trades"] == 0]
    assert len(silent) == 1
    assert fold(silent, "5m").empty
    assert fold(day, "5m")["trades"].sum() == day["trades"].sum()
    assert fold(day, "5m").columns.tolist() == [*OHLC, "volume", "quote_volume", "trades", "taker_buy_volume"]


@pytest.mark.parametrize("timeframe", ["1m", "5m", "15m", "1h"])
def test_folded_seconds_are_bars_of_the_ticks(timeframe: str) -> None:
    frame = tick_frame(random_ticks(seed=4, count=20_000, ticks_per_second=2.0))
    direct = bars_from_ticks(frame, timeframe)
    in_steps = fold(fold(bars_from_ticks(frame, "1s"), "1m"), timeframe)
    pd.testing.assert_frame_equal(in_steps, direct, check_exact=False, rtol=1e-13)


def test_a_longer_bar_opens_with_the_first_trade_not_with_a_filled_bar() -> None:
    bars = random_bars(seed=5, count=10).drop(starts_of(10)[[5, 6]])
    pd.testing.assert_frame_equal(fold(fill_gaps(bars, "1m"), "5m"), fold(bars, "5m"))


def test_ids_that_are_not_known_are_passed_over() -> None:
    bars = random_bars(seed=6, count=5).assign(
        first_id=[np.nan, 3, 5, np.nan, np.nan], last_id=[np.nan, 4, 9, np.nan, np.nan]
    )
    assert fold(bars, "5m")[["first_id", "last_id"]].to_numpy().tolist() == [[3.0, 9.0]]
    unknown = fold(bars.assign(first_id=np.nan), "5m")
    assert unknown["first_id"].isna().all()


def test_a_part_of_a_longer_bar_is_given_too() -> None:
    bars = random_bars(seed=7, count=7)
    assert fold(bars, "5m").index.tolist() == [at(0), at(300)]
    assert fold(bars, "5m")["close"].tolist() == [bars["close"].iloc[4], bars["close"].iloc[6]]


def test_unsorted_bars_fold_like_sorted_ones() -> None:
    bars = random_bars(seed=8, count=60)
    pd.testing.assert_frame_equal(fold(bars.sample(frac=1, random_state=1), "15m"), fold(bars, "15m"))


@pytest.mark.parametrize("function", [fold, fill_gaps])
def test_a_start_that_comes_twice_is_refused(function: object) -> None:
    bars = random_bars(seed=9, count=3)
    with pytest.raises(AnalyticsError, match="more than once"):
        function(pd.concat([bars, bars.iloc[:1]]), "5m")  # type: ignore[operator]  # one of the two functions


@pytest.mark.parametrize("function", [fold, fill_gaps])
def test_bars_without_a_time_zone_are_refused(function: object) -> None:
    with pytest.raises(AnalyticsError, match="in UTC"):
        function(random_bars(seed=9, count=3).tz_localize(None), "5m")  # type: ignore[operator]  # as above


def test_no_bars_fold_and_fill_into_none() -> None:
    none = random_bars(seed=1, count=1).iloc[:0]
    assert fold(none, "5m").columns.tolist() == none.columns.tolist()
    assert fill_gaps(none, "1m")["synthetic"].tolist() == []


def test_missing_bars_are_filled_flat_and_marked() -> None:
    bars = random_bars(seed=10, count=4).assign(first_id=1.0).drop(starts_of(4)[[1, 2]])
    filled = fill_gaps(bars, "1m")
    assert filled["synthetic"].tolist() == [False, True, True, False]
    assert filled.index.tolist() == starts_of(4).tolist()
    close = bars["close"].iloc[0]
    assert filled.loc[filled["synthetic"], OHLC].to_numpy().tolist() == [[close] * 4] * 2
    sums = ["volume", "quote_volume", "trades", "taker_buy_volume"]
    assert filled.loc[filled["synthetic"], sums].to_numpy().tolist() == [[0.0] * 4] * 2
    assert filled.loc[filled["synthetic"], "first_id"].isna().all()
    pd.testing.assert_frame_equal(filled.loc[~filled["synthetic"], bars.columns], bars)


def test_a_gapless_frame_is_only_marked() -> None:
    bars = random_bars(seed=11, count=30)
    pd.testing.assert_frame_equal(fill_gaps(bars, "1m").drop(columns="synthetic"), bars)


def test_filling_twice_changes_nothing() -> None:
    bars = random_bars(seed=12, count=30).iloc[[0, 3, 4, 9, 29]]
    filled = fill_gaps(bars, "1m")
    pd.testing.assert_frame_equal(fill_gaps(filled, "1m"), filled)
    assert filled["synthetic"].sum() == 25


def test_bars_off_the_grid_are_refused() -> None:
    shifted = random_bars(seed=13, count=3).shift(freq="7s")
    with pytest.raises(AnalyticsError, match="3 of 3 bars are off the grid"):
        fill_gaps(shifted, "1m")


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 10**6)), min_size=1, max_size=80))
def test_every_trade_is_in_exactly_one_bar(moments_and_quantities: list[tuple[int, int]]) -> None:
    ticks = [
        tick(id, quantity=quantity / 1000, second=millisecond / 1000)
        for id, (millisecond, quantity) in enumerate(moments_and_quantities)
    ]
    bars = bars_from_ticks(tick_frame(ticks), "1s")
    assert bars["trades"].sum() == len(ticks)
    assert bars["volume"].sum() == pytest.approx(sum(one.quantity for one in ticks), rel=1e-12)
    assert bars.index.is_monotonic_increasing
    assert (bars["low"] <= bars["high"]).all()


def _complete(
    short: pd.DataFrame, folded: pd.DataFrame, own: pd.DataFrame, timeframe: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Folded bars and the exchange's own, where every shorter bar is there."""
    size = pd.Timedelta(seconds={"5m": 300, "1h": 3600}[timeframe])
    parts = size // (short.index[1] - short.index[0])
    counts = short["close"].groupby(short.index.floor(size)).size()
    common = own.index.intersection(counts.index[counts == parts])
    return folded.loc[common], own.loc[common]
