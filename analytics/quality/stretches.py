"""Stretches of imported ids, joined where they touch. Standard library only."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analytics.records.imports import Stretch


def touches(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches overlap or follow each other without a hole."""
    return one.first_id <= other.last_id + 1 and other.first_id <= one.last_id + 1


def joined(one: Stretch, other: Stretch) -> Stretch:
    """Two stretches that touch, as one; what lay between them is not pending any more."""
    early, late = (one, other) if one.first_id <= other.first_id else (other, one)
    ends_last = late if late.last_id >= early.last_id else early
    return replace(
        early,
        last_id=ends_last.last_id,
        since=min(early.since, late.since) if late.first_id == early.first_id else early.since,
        until=max(early.until, late.until),
        pending_id=ends_last.pending_id,
    )


def with_stretch(stretches: Iterable[Stretch], new: Stretch) -> tuple[Stretch, list[Stretch]]:
    """The new stretch joined to all it touches, and those it has taken the place of."""
    replaced: list[Stretch] = []
    for other in sorted(stretches, key=lambda stretch: stretch.first_id):
        if touches(new, other):
            new = joined(new, other)
            replaced.append(other)
    return new, replaced


def stretch_of(stretches: Sequence[Stretch], id: int) -> Stretch | None:
    """The stretch that holds an id."""
    return next((one for one in stretches if one.first_id <= id <= one.last_id), None)
