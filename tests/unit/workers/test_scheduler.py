"""Intervals are measured on a clock that nobody can set."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from workers import scheduler
from workers.celery_app import app
from workers.scheduler import SteadyEntry


def test_an_entry_is_due_after_its_interval_whatever_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([100.0, 100.4, 101.1])
    monkeypatch.setattr(scheduler, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    monkeypatch.setattr(app, "now", lambda: datetime.now() - timedelta(hours=1))
    entry = SteadyEntry(name="each second", task="t", schedule=1.0, app=app)
    assert [entry.is_due().is_due, entry.is_due().is_due] == [False, True]
