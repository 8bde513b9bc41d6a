"""How far a job is, told to the pages by the web itself: what it cancelled, or found lost."""

from datetime import UTC, datetime

from flask import current_app
from flask_socketio import SocketIO

from analytics.records.jobs import AskedJob
from workers.coordination.sequence import next_sequence
from workers.messages.envelope import envelope
from workers.messages.rooms import UPDATE, task_topic
from workers.messages.tasks import task_json


def send_task(job: AskedJob, socketio: SocketIO | None = None) -> None:
    """Send the state of a job to who watches it."""
    topic = task_topic(job.id)
    epoch, [seq] = next_sequence([topic])
    message = envelope(topic, epoch=epoch, seq=seq, sent_at=datetime.now(UTC), data=task_json(job))
    (socketio or current_app.extensions["socketio"]).emit(UPDATE, message, to=topic)
