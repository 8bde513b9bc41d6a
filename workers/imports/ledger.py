"""What imported ids mean for the ledger: rows they close, and holes the file itself has."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from analytics.quality.holes import IdRange, missing_ranges
from analytics.quality.repair import after_import, expired
from analytics.records.market import Gap
from workers.settings import load_settings
from workers.store.gaps import exchange_gap, load_gaps_within, save_gaps
from workers.store.market_clock import load_market_clock
from workers.store.stretches import EDGE_REASON
from workers.store.ticks import load_neighbour_ticks, load_ticks

IDS_AT_ONCE = 50_000


def close_gaps(symbol: str, ids: Sequence[int]) -> int:
    """Take ascending ids that are stored by now off every row that misses them; how many rows are filled."""
    filled = 0
    for gap in load_gaps_within(symbol, ids[0], ids[-1]):
        while gap.state != "filled" and gap.reason != EDGE_REASON and _can_be_mended(gap):
            closed = after_import(gap, ids)
            if exchange_gap(gap, closed):
                filled += closed.state == "filled"
                break
            gap = next(iter(load_gaps_within(symbol, gap.first_id, gap.first_id)), closed)  # as it is by now
    return filled


def _can_be_mended(gap: Gap) -> bool:
    """Whether the trades around a hole are there to make bars of; where they were swept it stays as it is."""
    if gap.state != "expired" and not _is_old(gap.before):
        return True
    before, _ = load_neighbour_ticks(gap.symbol, gap.first_id, gap.last_id)
    return before is not None and before.id == gap.first_id - 1


def note_holes(symbol: str, moments: Mapping[int, datetime]) -> None:
    """Put on record which ids between those given, with their moments, are neither stored nor on record.

    What is older than the trades that are kept is not asked for any more.
    """
    ids = sorted(moments)
    rows = [
        _row(symbol, span, moments[hole[0] - 1], moments[hole[1] + 1])
        for hole in missing_ranges(ids[0], ids[-1], ids)
        for part in _not_on_record(symbol, hole)
        for span in _not_stored(symbol, part)
    ]
    save_gaps(rows)


def _row(symbol: str, span: IdRange, after: datetime, before: datetime) -> Gap:
    clock = load_market_clock() or datetime.now(UTC)
    row = Gap(symbol, span[0], span[1], "open", clock, after, before)
    return expired(row) if _is_old(before) else row


def _is_old(before: datetime | None) -> bool:
    """Whether trades from before a moment are not kept any more."""
    clock = load_market_clock() or datetime.now(UTC)
    return before is not None and before < clock - timedelta(hours=load_settings().tick_retention_hours)


def _not_on_record(symbol: str, hole: IdRange) -> list[IdRange]:
    """The parts of a hole that no row speaks of, whatever has become of it."""
    parts, first = [], hole[0]
    for gap in load_gaps_within(symbol, *hole):
        if gap.first_id > first:
            parts.append((first, gap.first_id - 1))
        first = max(first, gap.last_id + 1)
    return [*parts, (first, hole[1])] if first <= hole[1] else parts


def _not_stored(symbol: str, span: IdRange) -> list[IdRange]:
    """The parts of a range of ids that are not in the store."""
    found, first = [], span[0]
    while first <= span[1]:
        ticks = load_ticks(symbol, after_id=first - 1, up_to_id=span[1], limit=IDS_AT_ONCE)
        last = ticks[-1].id if len(ticks) == IDS_AT_ONCE else span[1]
        found += missing_ranges(first, last, [tick.id for tick in ticks])
        first = last + 1
    return found
