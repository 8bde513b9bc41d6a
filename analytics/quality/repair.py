"""What an answer of the exchange means for a hole in the ids. Standard library only."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from analytics.quality.holes import IdRange, missing, missing_ranges
from analytics.records.market import Gap

# Ids that two answers, so far apart, do not list never existed: one answer may lag behind.
AGREEING_AFTER = timedelta(seconds=60)
FIRST_RETRY = timedelta(seconds=2)
LAST_RETRY = timedelta(seconds=60)
FAILED_TRIES = 5  # in a row; it is tried further, and shown
LEEWAY = timedelta(hours=1)  # a repair that keeps up with time is not cut again in every run


@dataclass(frozen=True, slots=True)
class Answer:
    """Which ids were asked for and which of those came: `first_id`..`last_id` is known completely."""

    first_id: int
    last_id: int
    present: frozenset[int]


def is_due(gap: Gap, now: datetime) -> bool:
    """Whether it is time to ask for a hole (again); waits double up to a minute."""
    if gap.tried_at is None or now < gap.tried_at:  # our clock may have been set back since
        return True
    if gap.absent_at is not None:
        return now - gap.absent_at >= AGREEING_AFTER and now - gap.tried_at >= FIRST_RETRY
    wait = min(LAST_RETRY, FIRST_RETRY * 2 ** min(gap.tries, 10))
    return now - gap.tried_at >= (wait if gap.tries else timedelta(0))


def split(gap: Gap, last_id: int, at: datetime) -> tuple[Gap, Gap | None]:
    """A hole as two: up to an id, whose trade was at a moment, and what lies behind it, if anything.

    A long hole is settled piece by piece, so that bars need not wait for its end.
    """
    behind = tuple((max(first, last_id + 1), last) for first, last in missing(gap) if last > last_id)
    if not behind:
        return gap, None
    up_to = tuple((first, min(last, last_id)) for first, last in missing(gap) if first <= last_id)
    head = replace(gap, last_id=last_id, missing=up_to, before=at)
    return head, replace(gap, first_id=last_id + 1, missing=behind, after=at, absent_at=None)


def is_expired(gap: Gap, kept_from: datetime) -> bool:
    """Whether all that a hole hides was traded before the moment from which trades are kept.

    One whose ids an answer left out is not: most likely they never existed, and the second answer tells.
    """
    return gap.absent_at is None and gap.before is not None and gap.before <= kept_from


def reaches_back(gap: Gap, kept_from: datetime) -> bool:
    """Whether a hole begins so long before that moment that its old part must not be asked for."""
    return gap.absent_at is None and gap.after is not None and gap.after < kept_from - LEEWAY


def parted(gap: Gap, first_id: int, at: datetime) -> list[Gap]:
    """What of a hole was traded since a moment, by the first id of then, and before it what is older."""
    if first_id <= missing(gap)[0][0]:
        return [replace(gap, after=at)]
    old, rest = split(gap, first_id - 1, at)
    return [replace(gap, before=at)] if rest is None else [rest, old]


def after_answers(gap: Gap, answers: Sequence[Answer], now: datetime) -> Gap:
    """The row of a hole after some answers of the exchange.

    "filled" when nothing is missing; "verified_absent" when all that is missing
    was left out by two answers a minute apart; else "filling".
    """
    arrived = {id for answer in answers for id in answer.present}
    left = tuple(_without(missing(gap), arrived))
    if not left:
        return replace(gap, state="filled", missing=(), tried_at=now, tries=0, reason="")
    absent = all(any(a.first_id <= first and last <= a.last_id for a in answers) for first, last in left)
    row = replace(gap, state="filling", missing=left, tried_at=now, tries=0, reason="", absent_at=None)
    if not absent:
        return row
    if gap.absent_at is None:
        return replace(row, absent_at=now, reason="the exchange does not list them; asked again in a minute")
    if now - gap.absent_at < AGREEING_AFTER:
        return replace(row, absent_at=gap.absent_at, reason=gap.reason)
    return replace(
        row, state="verified_absent", absent_at=gap.absent_at, reason="the exchange never had these ids"
    )


def after_failure(gap: Gap, reason: str, now: datetime) -> Gap:
    """The row of a hole after an attempt that brought no answer."""
    tries = gap.tries + 1
    state = "failed" if tries >= FAILED_TRIES else gap.state
    return replace(gap, state=state, tries=tries, tried_at=now, reason=reason)


def expired(gap: Gap) -> Gap:
    """The row of a hole that is older than the trades that are kept."""
    return replace(gap, state="expired", reason="older than the trades that are kept")


def after_import(gap: Gap, ids: Sequence[int]) -> Gap:
    """The row of a hole after ascending ids came from a file; what it leaves out may exist all the same."""
    left = tuple(
        span
        for first, last in missing(gap)
        for span in missing_ranges(first, last, ids[bisect_left(ids, first) : bisect_right(ids, last)])
    )
    return replace(gap, missing=left) if left else replace(gap, state="filled", missing=(), reason="")


def _without(ranges: Iterable[IdRange], arrived: set[int]) -> list[IdRange]:
    """Ranges of ids less those that arrived."""
    left: list[IdRange] = []
    for first, last in ranges:
        start = first
        for id in sorted(id for id in arrived if first <= id <= last):
            if id > start:
                left.append((start, id - 1))
            start = id + 1
        if start <= last:
            left.append((start, last))
    return left
