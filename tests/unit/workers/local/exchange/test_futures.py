"""The synthetic market of futures: aggregates of 100 ms, ids that are no trades, trades left out."""

import numpy as np
import pytest

from workers.local.exchange.block import Block
from workers.local.exchange.candles import Candles
from workers.local.exchange.events import placeholder_event, write_orders, write_trades
from workers.local.exchange.ledger import LISTED
from workers.local.exchange.market.futures import WINDOW
from workers.local.exchange.market.tapes import SyntheticTape, synthetic_tapes

SEED = 7
MOMENT = 1_790_000_000_000_000
RATE = 3_000.0  # several fills in most windows


@pytest.fixture(scope="module")
def tape() -> SyntheticTape:
    return synthetic_tapes(SEED, RATE, "usdm", 0.0, placeholders=0.02)["BTCUSDT"]


@pytest.fixture(scope="module")
def block(tape: SyntheticTape) -> Block:
    return tape.block(tape.number_at(MOMENT))


def test_neighbours_in_a_window_differ_in_price_or_side(block: Block) -> None:
    windows = block.times // WINDOW
    same = (np.diff(windows) == 0) & (np.diff(block.prices) == 0) & ~np.diff(block.makers)
    followed = np.diff(block.ids) == 1
    assert followed.any()
    assert not (same & followed).any()
    assert (np.bincount(windows - windows[0]) > 1).sum() > 50


def test_an_aggregate_leaves_when_its_window_is_over(block: Block) -> None:
    wait = block.leaving - block.times
    assert (wait > 0).all()
    assert (wait <= WINDOW).all()
    assert (np.diff(block.leaving) >= 0).all()
    assert (block.leaving % WINDOW == 0).all()


def test_every_id_is_an_aggregate_or_a_placeholder(tape: SyntheticTape, block: Block) -> None:
    assert block.placeholders is not None
    ids = np.sort(np.concatenate([block.ids, block.placeholders.ids]))
    assert (np.diff(ids) == 1).all()
    assert not np.isin(block.placeholders.ids, block.ids).any()
    following = block.ids[block.placeholders.places]
    assert (following > block.placeholders.ids).all()
    preceding = block.ids[block.placeholders.places[block.placeholders.places > 0] - 1]
    assert (preceding < block.placeholders.ids[block.placeholders.places > 0]).all()
    assert len(block.placeholders.ids) == pytest.approx(0.02 * len(ids), rel=0.3)


def test_trade_ids_jump_where_a_trade_is_in_no_aggregate(block: Block) -> None:
    followed = np.diff(block.ids) == 1
    jumps = block.first_ids[1:] - block.last_ids[:-1] - 1
    assert (jumps >= 0).all()
    assert 0 < (jumps[followed] > 0).mean() < 0.1
    assert block.trades is not None
    sums = np.bincount(block.trades.orders, weights=block.trades.quantities)
    assert (sums == block.quantities).all()
    counts = np.bincount(block.trades.orders)
    assert (counts == block.last_ids - block.first_ids + 1).all()


def test_klines_hold_the_aggregates_and_nothing_else(tape: SyntheticTape, block: Block) -> None:
    start = block.first_us // 1000 + 2_000
    bars = Candles(tape).bars("1s", start, start + 3_000, block.end_us)
    assert len(bars) == 3
    for place in range(3):
        since = (start + place * 1_000) * 1000
        within = (block.times >= since) & (block.times < since + 1_000_000)
        assert bars.volumes[place] == block.quantities[within].sum()
        assert bars.trades[place] == (block.last_ids - block.first_ids + 1)[within].sum()


def test_the_four_kinds_say_what_they_are(tape: SyntheticTape, block: Block) -> None:
    found = block.placeholders
    assert found is not None
    assert set(found.kinds) == {"NA", "INSURANCE_FUND", "ADL", ""}
    events = {
        kind: placeholder_event(tape.symbol, found, found.kinds.index(kind), 1_000_000, 1000)
        for kind in found.kinds
    }
    assert b'"X":"NA"' in events["NA"]
    assert b'"p":"0","q":"0"' in events["NA"]
    assert b'"X":"ADL"' in events["ADL"]
    assert b'"p":"0"' not in events["ADL"]
    assert b'"X"' not in events[""]
    assert b'"q":"0"' in events[""]


def test_messages_have_the_fields_of_futures(tape: SyntheticTape, block: Block) -> None:
    order = write_orders(tape.symbol, block, 0, 1, 1000, False)
    assert order.tails[0].endswith((b'"m":true}', b'"m":false}'))
    trade = write_trades(tape.symbol, block, 0, 1, 1000, False)
    assert trade.tails[0].endswith(b'"X":"MARKET"}')


def test_the_ledger_lists_placeholders_apart(tape: SyntheticTape, block: Block) -> None:
    assert block.placeholders is not None
    first = int(block.ids[0])
    rows = LISTED["placeholder"](tape, first, block.end_us)
    wanted = [int(id) for id in block.placeholders.ids if id >= first]
    assert [row[0] for row in rows][: len(wanted)] == wanted
    orders = {row[0] for row in LISTED["aggTrade"](tape, first, block.end_us)}
    assert not orders & set(wanted)


def test_the_spot_market_has_none_of_it() -> None:
    spot = synthetic_tapes(SEED, RATE, "spot", 0.0, placeholders=0.02)["BTCUSDT"]
    found = spot.block(spot.number_at(MOMENT))
    assert found.placeholders is None
    assert found.emitted is None
    assert (found.first_ids[1:] == found.last_ids[:-1] + 1).all()
