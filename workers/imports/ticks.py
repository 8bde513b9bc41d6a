"""A batch of trades of one symbol -> the store, the ledger, and the bars they touch.

Every step may be run twice: a killed import does its last batch again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.quality.stretches import stretch_of, with_stretch
from analytics.records.imports import Stretch
from analytics.records.market import Tick
from analytics.timeframes import bar_end, bar_start
from workers.binance.feed import Placeholder
from workers.imports.building import build, build_rest, ground, touched_seconds
from workers.imports.errors import ImportRefused
from workers.imports.ledger import close_gaps, note_holes
from workers.settings import load_settings
from workers.store.gaps import load_unresolved_gaps
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.rebuilds import note_rebuilds
from workers.store.seams import load_folds_from
from workers.store.stretches import (
    is_captured,
    load_last_imported_id,
    load_stretches,
    save_edge,
    save_stretch,
)
from workers.store.ticks import SavedTicks, load_neighbour_ticks, load_ticks_of, save_ticks

JUMP = 1_000  # ids: trades further apart are stored as two runs
OUT_OF_ORDER = timedelta(minutes=10)  # a higher id is never older than this


@dataclass(frozen=True, slots=True)
class Span:
    """Between which moments a file holds every trade (None: its name does not say), and whose ids."""

    since: datetime | None = None
    until: datetime | None = None
    counted: bool = False  # the rows have no ids of the exchange


def store_ticks(
    symbol: str, ticks: Sequence[Tick], taken: Sequence[Placeholder], *, after_id: int | None, span: Span
) -> SavedTicks:
    """Store trades of a symbol; `after_id` is the highest id of it that came before in the same file.

    `taken` are ids without a trade.

    Raises
    ------
    ImportRefused
        What is stored under these ids, or around them, is of another market.
    """
    once = {tick.id: tick for tick in ticks}
    ordered = [once[id] for id in sorted(once)]
    ids = sorted({*once, *(row.id for row in taken)})
    new = _not_stored(ordered)
    save_ticks(new)
    if ids:
        close_gaps(symbol, ids)
        note_holes(symbol, _moments(symbol, ordered, taken, after_id))
    last_id = after_id
    for run in _runs(ordered):
        _build(run, last_id, span)
        last_id = max(run[-1].id, last_id or 0)
    return SavedTicks(len(new), len(ticks) - len(new))


def finish_span(symbol: str, last_id: int, span: Span) -> None:
    """The file is read whole: nothing follows its last trade before the end of its span."""
    stretch = stretch_of(load_stretches(symbol), last_id)
    if stretch is None or span.until is None or not stretch.until < span.until:
        return
    whole = replace(stretch, until=span.until, pending_id=stretch.last_id + 1)
    place = ground(whole, load_folds_from(symbol), load_unresolved_gaps(symbol))
    build_rest(place, stretch, stretch.until)
    save_stretch(whole, replaced=())
    if not is_captured(symbol) and stretch.last_id == load_last_imported_id(symbol):
        save_progress(BarProgress(symbol, stretch.last_id, whole.until))


def _not_stored(ticks: Sequence[Tick]) -> list[Tick]:
    """Those that are new, once it is sure that what is there is of the same market."""
    new: list[Tick] = []
    for run in _runs(ticks):
        known = {tick.id: tick for tick in load_ticks_of(run[0].symbol, [tick.id for tick in run])}
        for tick in run:
            if tick.id not in known:
                new.append(tick)
            elif _plain(tick) != _plain(known[tick.id]):
                raise ImportRefused(_is_another(tick, known[tick.id]))
        _refuse_another_order(run)
    return new


def _plain(tick: Tick) -> tuple[float, float, datetime, bool]:
    return tick.price, tick.quantity, tick.traded_at, tick.buyer_is_maker


def _is_another(tick: Tick, known: Tick) -> str:
    return (
        f"trade {tick.id} of {tick.symbol} is another one in the database {load_settings().database}: "
        f"{known.quantity} at {known.price} on {known.traded_at}, the file says {tick.quantity} at "
        f"{tick.price} on {tick.traded_at}; the file is of another market or source"
    )


def _refuse_another_order(run: Sequence[Tick]) -> None:
    """Ids count up with time, in one market."""
    before, behind = load_neighbour_ticks(run[0].symbol, run[0].id, run[-1].id)
    pairs = ((before, run[0]), (run[-1], behind))
    for lower, higher in pairs:
        if lower and higher and lower.traded_at > higher.traded_at + OUT_OF_ORDER:
            raise ImportRefused(
                f"trade {lower.id} of {lower.symbol} is of {lower.traded_at}, trade {higher.id} of "
                f"{higher.traded_at}: the ids of the file and of the database {load_settings().database} do "
                "not count the same market"
            )


def _moments(
    symbol: str, ticks: Sequence[Tick], taken: Sequence[Placeholder], after_id: int | None
) -> dict[int, datetime]:
    """When each id was used, that of the trade before in the file included."""
    moments = {row.id: row.traded_at for row in taken} | {tick.id: tick.traded_at for tick in ticks}
    lowest = min(moments)
    if after_id is not None and after_id < lowest:
        before, _ = load_neighbour_ticks(symbol, after_id + 1, after_id + 1)
        moments[after_id] = before.traded_at if before and before.id == after_id else moments[lowest]
    return moments


def _runs(ticks: Sequence[Tick]) -> Iterator[Sequence[Tick]]:
    """Trades by id, cut where many ids lie between two."""
    start = 0
    for at in range(1, len(ticks)):
        if ticks[at].id - ticks[at - 1].id > JUMP:
            yield ticks[start:at]
            start = at
    if ticks:
        yield ticks[start:]


def _build(run: Sequence[Tick], after_id: int | None, span: Span) -> None:
    """The bars a run touches, by whoever owns their time; then the stretch it belongs to."""
    symbol = run[0].symbol
    captured = is_captured(symbol)
    seam = load_folds_from(symbol) if captured else None
    stretches = load_stretches(symbol)
    stretch, replaced = with_stretch(stretches, _stretch(run, after_id, span))
    early = [tick for tick in run if seam is None or tick.traded_at < seam]
    if early:
        pending_since = max((one.until for one in replaced if one.last_id < run[0].id), default=None)
        build(ground(stretch, seam, load_unresolved_gaps(symbol)), early, pending_since)
    if captured:
        _have_rebuilt(symbol, run, seam)
    save_stretch(stretch, replaced=replaced)
    if not captured:
        _tell_a_later_capture(stretch, run[-1].traded_at)


def _tell_a_later_capture(stretch: Stretch, traded_at: datetime) -> None:
    """The ledger and the bars of a capture that begins one day start behind the highest imported id."""
    if stretch.last_id == load_last_imported_id(stretch.symbol):
        save_edge(stretch, traded_at)
        save_progress(BarProgress(stretch.symbol, stretch.pending_id - 1, stretch.until))


def _have_rebuilt(symbol: str, run: Sequence[Tick], seam: datetime | None) -> None:
    """Seconds since the seam; ids the bars have not come to yet are found there anyway."""
    progress = load_progress().get(symbol)
    if progress is not None and seam is not None:
        late = (tick for tick in run if tick.traded_at >= seam and tick.id <= progress.tick_id)
        note_rebuilds(touched_seconds(late))


def _stretch(run: Sequence[Tick], after_id: int | None, span: Span) -> Stretch:
    """The run, joined to what came before it in the file: a hole between them is on record.

    It is whole from the first second after its first trade, unless the file says more.
    """
    first = min(tick.traded_at for tick in run)
    since, over = bar_end(bar_start(first, "1s"), "1s"), bar_start(run[-1].traded_at, "1s")
    if after_id is None and span.since is not None and span.since <= first:
        since = span.since
    pending = next(tick.id for tick in run if tick.traded_at >= over)
    follows = after_id is not None and after_id < run[0].id
    first_id = after_id + 1 if after_id is not None and follows else run[0].id
    return Stretch(run[0].symbol, first_id, run[-1].id, since, max(since, over), pending, span.counted)
