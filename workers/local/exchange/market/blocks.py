"""A block of taker orders: times in clusters, prices around the fair one, sizes, sides and sweeps."""

from dataclasses import dataclass

import numpy as np

from workers.local.exchange.block import Block, Flags, Integers, Quotes, Trades
from workers.local.exchange.market.activity import Activity
from workers.local.exchange.market.futures import (
    Futures,
    left_out,
    moved_apart,
    not_trades,
    placeholders_of,
    window_ends,
)
from workers.local.exchange.market.noise import generator
from workers.local.exchange.market.prices import FairPrices
from workers.local.exchange.market.reverting import Floats
from workers.local.exchange.market.universe import Listing

CLUSTERED = 0.45  # share of orders that follow another one within moments
FOLLOWING_SECONDS = 0.03
SWEEPING = 0.12  # share of orders that are the next level of the same taker's order
TURNING = 0.40  # share of orders that change the side
QUIET_AND_BUSY = 0.7  # spread of the logarithm of activity inside a block
ACTIVITY_CELLS = 64
SIZE_SPREAD = 1.5  # of the logarithm of sizes

MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one symbol's blocks are made from."""

    seed: int
    listing: Listing
    activity: Activity
    prices: FairPrices
    absent: float  # share of ids that never existed
    futures: Futures | None = None  # None: a spot market


def make_block(recipe: Recipe, number: int) -> Block:
    """Block `number`: the same whatever was made before it."""
    activity = recipe.activity
    start = number * activity.block_seconds
    before, after = activity.orders_before(number), activity.orders_before(number + 1)
    trades_before = activity.trades_before(number)
    noise = generator(recipe.seed, "block", recipe.listing.name, number)
    count = after - before
    sweeping = _sweeping(noise, count)
    offsets = _offsets(noise, count, activity.block_seconds, sweeping)
    selling = _sides(noise, sweeping)
    fair = _fair(recipe, start, offsets)
    bids = np.floor(fair - (recipe.listing.spread - 1) / 2).astype(np.int64)
    prices = _prices(bids, recipe.listing.spread, selling, sweeping)
    times = start * MICROSECONDS + offsets
    trade_counts = _trade_counts(noise, count, activity.trades_before(number + 1) - trades_before)
    last_ids = trades_before + np.cumsum(trade_counts)
    quantities = np.maximum(_quantities(noise, recipe.listing, fair), trade_counts)
    kept, ids = _kept(recipe, number, count), np.arange(before + 1, after + 1)
    emitted, placeholders = None, None
    if recipe.futures is not None:
        apart = generator(recipe.seed, "futures", recipe.listing.name, number)
        prices = moved_apart(prices, times, selling)
        trade_counts = trade_counts - left_out(apart, trade_counts)
        chosen = not_trades(apart, count, recipe.futures.placeholders) & kept
        kept = kept & ~chosen
        placeholders = placeholders_of(apart, chosen, kept, ids, times, prices, quantities, last_ids)
        emitted = window_ends(times)[kept]
    return Block(
        first_us=start * MICROSECONDS,
        end_us=(start + activity.block_seconds) * MICROSECONDS,
        ids=ids[kept],
        times=times[kept],
        prices=prices[kept],
        quantities=quantities[kept],
        makers=selling[kept],
        first_ids=(last_ids - trade_counts + 1)[kept],
        last_ids=last_ids[kept],
        make_trades=lambda: _trades(recipe, number, last_ids[kept], trade_counts[kept], quantities[kept]),
        make_quotes=lambda: _quotes(recipe, number, bids[kept], quantities[kept]),
        emitted=emitted,
        placeholders=placeholders,
    )


def _sweeping(noise: np.random.Generator, count: int) -> Flags:
    sweeping = noise.random(count) < SWEEPING
    sweeping[:1] = False
    return sweeping


def _offsets(noise: np.random.Generator, count: int, seconds: int, sweeping: Flags) -> Integers:
    """Sorted microseconds since the block began; the levels of a sweep share their moment."""
    weights = np.cumsum(np.exp(QUIET_AND_BUSY * noise.standard_normal(ACTIVITY_CELLS)))
    shares = np.concatenate(([0.0], weights / weights[-1]))
    heads = noise.random(count) >= CLUSTERED
    heads[:1] = True
    places = np.flatnonzero(heads)
    draws = noise.random(len(places))
    starts = np.interp(draws, shares, np.linspace(0.0, seconds, ACTIVITY_CELLS + 1))
    waits = np.cumsum(noise.exponential(FOLLOWING_SECONDS, count))
    moments = np.sort((waits + (starts - waits[places])[np.cumsum(heads) - 1]) % seconds)
    first_levels = np.maximum.accumulate(np.where(sweeping, 0, np.arange(count)))
    offsets: Integers = (moments[first_levels] * MICROSECONDS).astype(np.int64)
    return offsets


def _sides(noise: np.random.Generator, sweeping: Flags) -> Flags:
    """Whether each taker sold."""
    turns = (noise.random(len(sweeping)) < TURNING) & ~sweeping
    selling: Flags = (np.cumsum(turns) + noise.integers(2)) % 2 == 1
    return selling


def _fair(recipe: Recipe, start: int, offsets: Integers) -> Floats:
    """Fair price at each order, in ticks."""
    activity = recipe.activity
    logs = recipe.prices.log_prices(recipe.listing.name, start, start + activity.block_seconds)
    ticks = np.exp(logs) * 10**recipe.listing.price_digits
    seconds, rest = np.divmod(offsets, MICROSECONDS)
    fair: Floats = ticks[seconds] + (ticks[seconds + 1] - ticks[seconds]) * (rest / MICROSECONDS)
    return fair


def _prices(bids: Integers, spread: int, selling: Flags, sweeping: Flags) -> Integers:
    """The bid for sellers, the ask for buyers, and one tick further for each level of a sweep."""
    places = np.arange(len(bids))
    first_levels = np.maximum.accumulate(np.where(sweeping, 0, places))
    depth = places - first_levels
    touch = bids[first_levels]
    return np.maximum(np.where(selling, touch - depth, touch + spread + depth), 1)


def _trade_counts(noise: np.random.Generator, count: int, trades: int) -> Integers:
    """How many trades each order made: at least one, a few of them many."""
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    extra = trades - count
    large = noise.integers(0, count, max(1, extra // 4))
    return 1 + np.bincount(large[noise.integers(0, len(large), extra)], minlength=count)


def _quantities(noise: np.random.Generator, listing: Listing, fair: Floats) -> Integers:
    factors = np.exp(np.float32(SIZE_SPREAD) * noise.standard_normal(len(fair), dtype=np.float32))
    money = listing.notional * factors.astype(np.float64)
    units = 10 ** (listing.price_digits + listing.quantity_digits)
    return np.rint(money * units / fair).astype(np.int64)


def _kept(recipe: Recipe, number: int, count: int) -> Flags:
    """Which ids exist; the others never did."""
    if recipe.absent == 0:
        return np.ones(count, dtype=np.bool_)
    noise = generator(recipe.seed, "absent", recipe.listing.name, number)
    kept: Flags = noise.random(count) >= recipe.absent
    return kept


def _trades(
    recipe: Recipe, number: int, last_ids: Integers, counts: Integers, quantities: Integers
) -> Trades:
    """Each order's quantity split among its trades, at least one unit each."""
    total = int(counts.sum())
    orders = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    place = np.arange(total) - np.repeat(ends - counts, counts)  # of a trade within its order
    ids = np.repeat(last_ids - counts + 1, counts) + place
    noise = generator(recipe.seed, "split", recipe.listing.name, number)
    weights = np.cumsum(noise.exponential(size=total))
    before = np.concatenate(([0.0], weights))[np.repeat(ends - counts, counts)]
    shares = (weights - before) / (np.repeat(weights[ends - 1], counts) - before)
    shares[ends - 1] = 1.0
    cuts = place + 1 + np.floor(np.repeat(quantities - counts, counts) * shares).astype(np.int64)
    split = np.diff(cuts, prepend=0)
    split[ends - counts] = cuts[ends - counts]
    return Trades(ids=ids, quantities=split, orders=orders, starts=np.concatenate(([0], ends)))


def _quotes(recipe: Recipe, number: int, bids: Integers, quantities: Integers) -> Quotes:
    noise = generator(recipe.seed, "quotes", recipe.listing.name, number)
    usual = int(np.median(quantities)) if len(quantities) else 1
    sizes = np.maximum(1, (usual * np.exp(noise.standard_normal((2, len(bids))))).astype(np.int64))
    return Quotes(bids, bids + recipe.listing.spread, sizes[0], sizes[1])
