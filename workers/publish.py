"""Live message -> Socket.IO room, through Redis.

Publishing may fail without harm: what was missed is in the store, and the next
message carries the whole state again. Hence one warning, never an error.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from redis.exceptions import RedisError
from socketio import RedisManager

from workers.coordination.redis_client import redis_client
from workers.coordination.sequence import next_sequence
from workers.messages.envelope import JSON, envelope
from workers.messages.rooms import UPDATE
from workers.settings import SOCKETIO_CHANNEL, load_settings

log = logging.getLogger(__name__)


def publish(messages: Mapping[str, JSON]) -> int:
    """Send the state of each topic; returns how many went out."""
    if not messages:
        return 0
    topics: Sequence[str] = list(messages)
    try:
        epoch, numbers = next_sequence(topics)
    except RedisError as error:
        log.warning("live messages not sent topics=%d reason=%s", len(topics), type(error).__name__)
        return 0
    sent_at, outlet = datetime.now(UTC), _Outlet()
    for topic, seq in zip(topics, numbers, strict=True):
        message = envelope(topic, epoch=epoch, seq=seq, sent_at=sent_at, data=messages[topic])
        outlet.emit(UPDATE, message, room=topic)
    return outlet.sent()


class _Outlet(RedisManager):
    """Emits to the browsers of every web process, all at once instead of a round trip each."""

    def __init__(self) -> None:
        super().__init__(load_settings().redis_url, channel=SOCKETIO_CHANNEL, write_only=True)
        self._pipeline = redis_client().pipeline(transaction=False)

    def _publish(self, data: Mapping[str, JSON]) -> None:
        self._pipeline.publish(self.channel, self.json.dumps(data))

    def sent(self) -> int:
        """Send what was emitted; how many messages went out."""
        try:
            return len(self._pipeline.execute())
        except RedisError as error:
            log.warning("live messages not sent reason=%s", type(error).__name__)
            return 0
