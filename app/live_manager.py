"""What comes through Redis goes to the browsers; heard again within seconds when Redis was away."""

import logging
import time
from collections.abc import Iterator
from typing import Any

from socketio import RedisManager

from workers.coordination.errors import CoordinationDown

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


class LiveManager(RedisManager):
    """Socket.IO's own waits twice as long after each failure, up to a minute: pages would stay still."""

    def _redis_listen_with_retries(self) -> Iterator[Any]:  # Any: Redis' messages as they come
        failing = False
        while True:
            try:
                self._redis_connect()
                self.pubsub.subscribe(self.channel)
                if failing:
                    log.warning("live messages come through Redis again")
                failing = False
                yield from self.pubsub.listen()
            except (CoordinationDown, OSError) as error:
                if not failing:
                    log.warning("live messages do not come through Redis reason=%s", type(error).__name__)
                failing = True
            time.sleep(RETRY_SECONDS)
