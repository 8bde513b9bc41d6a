"""A job as its task sees it: words about it are not worth the work itself."""

from datetime import UTC, datetime

import pytest
from pymongo.errors import AutoReconnect

import workers.running_job as module
from analytics.records.jobs import AskedJob
from workers.running_job import RunningJob


def test_a_word_about_progress_that_cannot_be_written_ends_no_job(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_words: object, **_more: object) -> None:
        raise AutoReconnect("the store is away")

    monkeypatch.setattr(module, "note_progress", away)
    job = RunningJob(
        AskedJob(
            id="7", job="scan", parameters={}, state="running", result_key="", asked_at=datetime.now(UTC)
        )
    )
    job.progress(1, 2, "half of it")
    assert "progress not written job=7 reason=AutoReconnect" in caplog.text
