"""Of two schedulers one sends; the other takes over when it is gone."""

from collections.abc import Iterator

import pytest

from workers import scheduler
from workers.celery_app import app
from workers.scheduler import OneScheduler
from workers.settings import Settings


class Counting(OneScheduler):
    """Counts what it would send; speaks to no broker."""

    sent = 0
    producer = None

    def apply_entry(self, entry: object, producer: object = None) -> None:
        self.sent += 1


@pytest.fixture
def schedulers(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Counting]]:
    """Two of them, in which every entry is due at once."""
    monkeypatch.setattr(scheduler, "RENEW_SECONDS", 0.0)
    found = [Counting(app=app), Counting(app=app)]
    monkeypatch.setattr(scheduler.SteadyEntry, "is_due", lambda entry: (True, 1.0))
    yield found
    for each in found:
        each.close()


def test_one_sends_and_the_other_rests(schedulers: list[Counting]) -> None:
    for _ in range(3):
        for each in schedulers:
            each.tick()
    assert [each.sent for each in schedulers] == [3, 0]


def test_the_other_takes_over(schedulers: list[Counting]) -> None:
    first, second = schedulers
    first.tick()
    first.close()
    second.tick()
    assert second.sent == 1
