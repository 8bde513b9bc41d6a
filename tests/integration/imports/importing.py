"""Files to import, and the import of one as the command does it."""

from collections.abc import Callable, Iterable
from pathlib import Path

from analytics.records.market import Tick
from workers.coordination.single_flight import single_flight
from workers.imports.run import FLIGHT, enqueue, work_on
from workers.store.imports import FileImport


def imported(path: Path, *, seconds: float = float("inf"), **options: str | bool | None) -> FileImport:
    """The row of a file after its import."""
    row = enqueue(path, options)
    if row.state not in ("queued", "running"):
        return row
    with single_flight(FLIGHT) as flight:
        assert flight.won
        return work_on(row, flight, seconds=seconds)


def stopped_after(batches: int) -> Callable[[], bool]:
    """Whether so many batches were begun."""
    begun = iter(range(batches + 1))
    return lambda: next(begun, None) == batches


def agg_trade_lines(ticks: Iterable[Tick], *, unit: int = 1, columns: int = 8) -> list[str]:
    """Rows of the archive of aggTrades; `unit` 1000 for microseconds."""
    return [
        ",".join(
            [
                str(tick.id),
                f"{tick.price:.8f}",
                f"{tick.quantity:.8f}",
                str(tick.first_trade_id),
                str(tick.last_trade_id),
                str(round(tick.traded_at.timestamp() * 1000) * unit + (unit // 2 if unit > 1 else 0)),
                str(tick.buyer_is_maker),
                "True",
            ][:columns]
        )
        for tick in ticks
    ]


def written(path: Path, lines: Iterable[str]) -> Path:
    """A file of lines."""
    path.write_text("".join(line + "\n" for line in lines))
    return path
