"""All figures at the close of each new bar."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.bars import fill_gaps
from analytics.errors import AnalyticsError
from analytics.indicators import (
    atr,
    bollinger,
    ema,
    macd,
    realised_volatility,
    rsi,
    rsi_divergence,
    sma,
    vwap_bands,
)
from analytics.indicators.snapshot import (
    LONGEST_NEED_BARS,
    WARM_UP_BARS,
    SnapshotBatch,
    indicator_snapshots,
)
from analytics.records.indicators import INDICATORS
from analytics.records.snapshots import NOTHING, Completeness, IndicatorSnapshot, TradedSums
from tests.factories import MIDNIGHT, at, columns_of_frame, random_bars, starts_of

SESSION = ("vwap_session", "vwap_session_lower", "vwap_session_upper")  # go back to midnight
WHOLE = Completeness(expected=34, present=34, final=34, open_gaps=0)


def test_the_figures_are_those_of_the_public_functions() -> None:
    bars = random_bars(seed=1, count=400)
    snapshot = _snapshots(bars, since=bars.index[-2])[0]
    values = {name: value.value for name, value in snapshot.values.items()}
    assert list(values) == list(INDICATORS)
    for name, expected in _public_figures(bars).items():
        assert values[name] == pytest.approx(expected.iloc[-1], rel=1e-12), name


def test_one_snapshot_for_each_bar_after_the_last() -> None:
    bars = random_bars(seed=2, count=60)
    assert [one.as_of for one in _snapshots(bars, since=at(56 * 60))] == [
        at(57 * 60),
        at(58 * 60),
        at(59 * 60),
    ]
    assert len(_snapshots(bars, since=None)) == 60
    assert not _snapshots(bars, since=at(59 * 60))
    assert not _snapshots(bars.iloc[:0], since=None)


def test_a_snapshot_says_what_and_when_it_is_of() -> None:
    snapshot = _snapshots(random_bars(seed=2, count=3), since=at(60))[0]
    assert (snapshot.symbol, snapshot.timeframe, snapshot.computed_at) == ("BTCUSDT", "1m", at(9_999))
    assert (snapshot.as_of, snapshot.completeness) == (at(120), WHOLE)


def test_the_stamp_is_asked_for_each_bar() -> None:
    asked: list[datetime] = []

    def stamp(moment: datetime) -> Completeness:
        asked.append(moment)
        return WHOLE

    bars = random_bars(seed=2, count=4)
    _snapshots(bars, since=at(60), completeness_of=stamp)
    assert asked == [at(120), at(180)]


def test_every_figure_says_how_far_its_warm_up_is() -> None:
    for snapshot, present in zip(
        _snapshots(random_bars(seed=3, count=70), since=None), range(1, 71), strict=True
    ):
        for name, value in snapshot.values.items():
            needed = INDICATORS[name].bars_needed
            assert (value.bars_needed, value.bars_present) == (needed, present)
            assert value.state == ("ready" if present >= needed else "warming_up")
            assert (value.value is not None) == (present >= needed), name


def test_bars_needed_is_where_the_public_function_begins() -> None:
    first_values = {
        name: values.first_valid_index() for name, values in _public_figures(random_bars(4, 80)).items()
    }
    needed = {name: starts_of(80)[definition.bars_needed - 1] for name, definition in INDICATORS.items()}
    assert first_values == needed
    assert LONGEST_NEED_BARS == 61


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), position=st.integers(WARM_UP_BARS, WARM_UP_BARS + 39))
def test_one_by_one_equals_in_bulk(seed: int, position: int) -> None:
    bars = random_bars(seed, WARM_UP_BARS + 40, price=60_000.0)
    bulk = _snapshots(bars, since=bars.index[WARM_UP_BARS - 1])
    window = bars.iloc[position - WARM_UP_BARS : position + 1]
    single = _snapshots(window, since=bars.index[position - 1])[0]
    _assert_same_figures(single, bulk[position - WARM_UP_BARS], without=SESSION)


@settings(max_examples=5)
@given(seed=st.integers(0, 10**6), position=st.sampled_from([1_201, 1_439, 1_440, 1_499]))
def test_vwap_one_by_one_equals_in_bulk_when_the_rest_of_the_session_is_carried(
    seed: int, position: int
) -> None:
    bars = random_bars(seed, 1_500)
    whole, before = _snapshots(bars, since=at(60 * position - 60)), position - WARM_UP_BARS - 1
    carried = _snapshots(bars, since=at(60 * before - 60))[0].session or NOTHING
    window = bars.iloc[before + 1 : position + 1]
    single = _snapshots(window, since=bars.index[position - 1], carried=carried)[0]
    _assert_same_figures(single, whole[0], without=())


@settings(max_examples=3)
@given(seed=st.integers(0, 10**6), silent=st.sets(st.integers(WARM_UP_BARS, WARM_UP_BARS + 60), max_size=6))
def test_divergences_one_by_one_equal_those_in_bulk(seed: int, silent: set[int]) -> None:
    bars = random_bars(seed, WARM_UP_BARS + 62)
    bars = bars.drop(bars.index[sorted(silent)])
    known = rsi_divergence(fill_gaps(bars, "1m"))
    bulk = _batch(bars, since=bars.index[WARM_UP_BARS - 1])
    assert [one.confirmed_at for one in bulk.divergences] == [
        moment for moment in known["confirmed_at"] if moment > bars.index[WARM_UP_BARS - 1]
    ]
    one_by_one = []
    for position, whole in zip(range(WARM_UP_BARS, len(bars)), bulk.snapshots, strict=True):
        window = bars.iloc[position - WARM_UP_BARS : position + 1]
        single = _batch(window, since=bars.index[position - 1])
        one_by_one += single.divergences
        assert _shown(single.snapshots[0]) == _shown(whole)
        earlier = known[known["confirmed_at"] <= whole.as_of]["confirmed_at"]
        is_fresh = len(earlier) > 0 and earlier.iloc[-1] > whole.as_of - pd.Timedelta("60min")
        assert _shown(whole) == (earlier.iloc[-1] if is_fresh else None)
    assert [one.confirmed_at for one in one_by_one] == [one.confirmed_at for one in bulk.divergences]


def test_bars_without_trades_stand_flat() -> None:
    bars = random_bars(seed=7, count=160).drop(starts_of(160)[[60, 61, 62, 90, 118]])
    filled = fill_gaps(bars, "1m")
    figures = _public_figures(filled)
    snapshots = _snapshots(bars, since=at(100 * 60))
    assert [one.as_of for one in snapshots] == [at(n * 60) for n in range(101, 160) if n != 118]
    for snapshot in snapshots:
        for name, expected in figures.items():
            assert snapshot.values[name].value == pytest.approx(expected.loc[snapshot.as_of], rel=1e-12), name


def test_a_silence_before_the_new_bars_is_warm_up_too() -> None:
    bars = random_bars(seed=8, count=5).iloc[[0, 4]]
    assert _snapshots(bars, since=at(0))[0].values["sma_20"].bars_present == 5


def test_bars_far_back_do_not_matter() -> None:
    bars = random_bars(seed=9, count=10_000).iloc[[*range(100), *range(9_000, 10_000)]]
    recent = bars.iloc[-WARM_UP_BARS - 1 :]
    values = [_snapshots(frame, since=bars.index[-2])[0] for frame in (bars, recent)]
    _assert_same_figures(*values, without=SESSION)
    assert values[0].values["sma_20"].bars_present == WARM_UP_BARS + 1


def test_a_long_silence_is_not_filled_bar_by_bar() -> None:
    bars = random_bars(seed=12, count=40)
    years_later = bars.set_axis(bars.index + pd.Timedelta(days=10_000))
    snapshots = _snapshots(pd.concat([bars, years_later]), since=at(38 * 60))
    assert [one.values["sma_20"].bars_present for one in snapshots] == [40, *range(501, 541)]
    flat = fill_gaps(
        pd.concat([bars.iloc[-1:].set_axis(years_later.index[:1] - pd.Timedelta("500min")), years_later]),
        "1m",
    )
    for name, expected in _public_figures(flat).items():
        assert snapshots[-1].values[name].value == pytest.approx(expected.iloc[-1], rel=1e-9), name


@pytest.mark.parametrize("since", [None, at(55 * 60), at(170 * 60)])
def test_where_a_series_begins_anew_nothing_of_before_goes_into_it(since: datetime | None) -> None:
    """Two hours of bars, a minute nobody knows, two hours more: as if the second part were all there is."""
    bars = random_bars(seed=13, count=240)
    begin = bars.index[121]
    broken = bars.drop(bars.index[120])
    snapshots = _snapshots(broken, since=since, begins=[int(begin.timestamp())])
    alone = {one.as_of: one for one in _snapshots(bars.loc[begin:], since=None)}
    before = {one.as_of: one for one in _snapshots(bars.iloc[:120], since=None)}
    assert {one.as_of for one in snapshots} == {
        moment for moment in [*before, *alone] if since is None or moment > since
    }
    for one in snapshots:
        expected = (alone if one.as_of >= begin else before)[one.as_of].values
        for name in expected.keys() - set(SESSION):
            found, wanted = one.values[name], expected[name]
            assert (found.state, found.bars_present) == (wanted.state, wanted.bars_present), name
            assert [found.value or 0.0] == pytest.approx([wanted.value or 0.0], rel=1e-9, abs=1e-9), name
    assert alone[begin].values["sma_20"].state == "warming_up"


def test_what_is_undefined_says_why() -> None:
    still = dict.fromkeys(("open", "high", "low", "close"), 5.0) | {"volume": 0.0, "quote_volume": 0.0}
    flat = random_bars(seed=10, count=70).assign(**still)
    values = _snapshots(flat, since=flat.index[-2])[0].values
    undefined = {name for name, value in values.items() if value.value is None}
    banded = {
        f"vwap_{anchor}{line}" for anchor in ("session", "rolling") for line in ("", "_lower", "_upper")
    }
    assert undefined == {"rsi_14", "bollinger_percent_b"} | banded
    assert all(values[name].state == "ready" and values[name].reason for name in undefined)
    assert all(value.reason is None for name, value in values.items() if name not in undefined)


def test_bars_out_of_order_or_off_the_grid_are_refused() -> None:
    bars = random_bars(seed=11, count=5)
    with pytest.raises(AnalyticsError, match="oldest first"):
        _snapshots(bars.iloc[::-1], since=None)
    with pytest.raises(AnalyticsError, match="off the grid"):
        _snapshots(bars.shift(freq="1s"), since=None)


def test_every_figure_is_explained_for_a_person() -> None:
    for definition in INDICATORS.values():
        assert definition.definition.endswith(".")
        assert definition.label
        assert definition.source
        assert definition.undefined_when


def _snapshots(
    bars: pd.DataFrame,
    *,
    since: datetime | None,
    carried: TradedSums = NOTHING,
    completeness_of: object = lambda moment: WHOLE,
    begins: Sequence[int] = (),
) -> list[IndicatorSnapshot]:
    batch = _batch(bars, since=since, carried=carried, completeness_of=completeness_of, begins=begins)
    return list(batch.snapshots)


def _batch(
    bars: pd.DataFrame,
    *,
    since: datetime | None,
    carried: TradedSums = NOTHING,
    completeness_of: object = lambda moment: WHOLE,
    begins: Sequence[int] = (),
) -> SnapshotBatch:
    return indicator_snapshots(
        columns_of_frame(bars, symbol="BTCUSDT", timeframe="1m"),
        since=since,
        computed_at=MIDNIGHT + pd.Timedelta(seconds=9_999),
        completeness_of=completeness_of,  # type: ignore[arg-type]  # any function of a moment
        carried=carried,
        begins=begins,
    )


def _shown(snapshot: IndicatorSnapshot) -> datetime | None:
    return snapshot.divergence.confirmed_at if snapshot.divergence else None


def _public_figures(bars: pd.DataFrame) -> dict[str, pd.Series]:
    """Every figure as a notebook would compute it."""
    close = bars["close"]
    lines = macd(close).rename(columns={"macd": "", "signal": "_signal", "histogram": "_histogram"})
    return {
        "sma_20": sma(close, 20),
        "ema_20": ema(close, 20),
        "rsi_14": rsi(close, 14),
        "atr_14": atr(bars, 14),
        **_vwap_lines("vwap_session", vwap_bands(bars)),
        **_vwap_lines("vwap_rolling", vwap_bands(bars, "rolling", period=60)),
        **{
            f"volatility_{name}": values
            for name, values in realised_volatility(close, 60, timeframe="1m")
            .set_axis(["bar", "year"], axis=1)
            .items()
        },
        **{f"macd{name}": lines[name] for name in lines},
        **{f"bollinger_{name}": band for name, band in bollinger(close).items()},
    }


def _vwap_lines(name: str, bands: pd.DataFrame) -> dict[str, pd.Series]:
    return {name: bands["middle"], f"{name}_lower": bands["lower"], f"{name}_upper": bands["upper"]}


def _assert_same_figures(
    one: IndicatorSnapshot, other: IndicatorSnapshot, *, without: tuple[str, ...]
) -> None:
    """Equal to 1e-12 of the figure, or of the price for differences of prices."""
    price = one.values["sma_20"].value or 0.0
    for name in one.values.keys() - set(without):
        left, right = one.values[name].value, other.values[name].value
        assert left is not None
        assert right is not None
        tolerance = 1e-12 * (price if name.startswith("macd") else 0.0)
        np.testing.assert_allclose(left, right, rtol=1e-12, atol=tolerance, err_msg=name)
