"""What a round of messages came to, on its way to the store; several rounds may go there as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from analytics.records.market import Gap, Tick
from workers.store.quarantine import Quarantined


@dataclass(slots=True)
class Batch:
    """What one round of messages came to."""

    gaps: list[Gap] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    late: list[Tick] = field(default_factory=list)  # those of `ticks` that filled a hole
    newest: dict[str, Tick] = field(default_factory=dict)  # of each symbol the tick with the highest id
    quarantined: list[Quarantined] = field(default_factory=list)
    shutdown_announced: bool = False
    taken: int = 0  # how many messages had been taken from the spool with these

    def __bool__(self) -> bool:
        return bool(self.gaps or self.ticks or self.quarantined)


def joined(batches: Sequence[Batch]) -> Batch:
    """Batches in the order they came as one; of a gap row that changed twice the later state."""
    if len(batches) == 1:
        return batches[0]
    whole, gaps = Batch(), dict[tuple[str, int], Gap]()
    for batch in batches:
        gaps.update({(gap.symbol, gap.first_id): gap for gap in batch.gaps})
        whole.ticks += batch.ticks
        whole.late += batch.late
        whole.newest |= batch.newest
        whole.quarantined += batch.quarantined
        whole.shutdown_announced |= batch.shutdown_announced
        whole.taken = batch.taken
    whole.gaps = list(gaps.values())
    return whole
