"""Canaries: one task per queue that does nothing but say that it came through."""

from celery import shared_task

from workers.coordination.canary import note_canary


@shared_task(name="workers.tasks.canary.stream")
def stream() -> None:
    """Through the queue `stream`."""
    note_canary("stream")


@shared_task(name="workers.tasks.canary.bars")
def bars() -> None:
    """Through the queue `bars`."""
    note_canary("bars")


@shared_task(name="workers.tasks.canary.analytics")
def analytics() -> None:
    """Through the queue `analytics`."""
    note_canary("analytics")


@shared_task(name="workers.tasks.canary.asked")
def asked() -> None:
    """Through the queue `asked`."""
    note_canary("asked")


@shared_task(name="workers.tasks.canary.batch")
def batch() -> None:
    """Through the queue `batch`."""
    note_canary("batch")
