"""Leases on shards in Redis: one worker at a time holds a shard, and hands it over or loses it.

A lease lapses when its holder does not renew it. Where Redis is away nothing can
be renewed and nothing taken: who holds a shard goes on. That a holder which was
paused cannot do harm is not decided here but by the fence in the store.

Of one worker only the newest process counts, told apart by a word of its own:
a process that was killed and started again has its shards back at once.
"""

from typing import cast
from uuid import uuid4

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

LAPSES_SECONDS = 10.0  # after the last renewal

# KEYS: workers. ARGV: mine, "node/", whether it is the first word, lapse in ms.
# A process that was silent too long and finds a younger one of its name is superseded: an empty answer.
_ANNOUNCE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[4])
local namesake = false
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if member ~= ARGV[1] and string.sub(member, 1, #ARGV[2]) == ARGV[2] then
    if ARGV[3] == '1' then redis.call('ZREM', KEYS[1], member) else namesake = true end
  end
end
if namesake then return {} end
redis.call('ZADD', KEYS[1], now, ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""

# KEYS: lease. ARGV: mine, "node/", lapse in ms. Free, ours, or of a dead process of our name.
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and string.sub(holder, 1, #ARGV[2]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
"""

# KEYS: lease. ARGV: mine, lapse in ms. Free again after Redis lost it, or ours.
_RENEW = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"


class Leases:
    """The leases of one worker process among the workers of its database.

    Parameters
    ----------
    node : name of the worker, the same after a restart
    count : shards there are; workers with another number are told apart
    """

    def __init__(self, node: str, count: int) -> None:
        self.node = node
        self._count = count
        self._mine = f"{node}/{count}/{uuid4().hex}"
        self._node = f"{node}/"
        self._announced = False

    @property
    def lapses_seconds(self) -> float:
        """How long a worker that says nothing keeps what it holds."""
        return LAPSES_SECONDS

    def announce(self) -> dict[str, int]:
        """Say that this worker lives. Gives the living ones with the number of shards each counts.

        Empty when a younger process bears the name of this one.
        """
        first = "0" if self._announced else "1"
        members = cast(
            list[str],
            redis_client().eval(
                _ANNOUNCE, 1, self._key("workers"), self._mine, self._node, first, self._lapse_ms()
            ),
        )
        self._announced = True
        parts = [member.rsplit("/", 2) for member in members]
        return {node: int(count) for node, count, _ in parts}

    def leave(self) -> list[str]:
        """Say that this worker takes no more shards; gives those that stay."""
        redis_client().zrem(self._key("workers"), self._mine)
        members = cast(list[str], redis_client().zrange(self._key("workers"), 0, -1))
        return [member.rsplit("/", 2)[0] for member in members]

    def holder(self, number: int) -> str | None:
        """The worker that holds a shard."""
        found = cast(str | None, redis_client().get(self._lease(number)))
        return found.rsplit("/", 2)[0] if found else None

    def take(self, number: int) -> bool:
        """Hold a shard that is free."""
        return bool(
            redis_client().eval(_TAKE, 1, self._lease(number), self._mine, self._node, self._lapse_ms())
        )

    def renew(self, number: int) -> bool:
        """Hold a shard for longer; False when another worker has it."""
        return bool(redis_client().eval(_RENEW, 1, self._lease(number), self._mine, self._lapse_ms()))

    def release(self, number: int) -> None:
        """Let another worker have a shard, now."""
        redis_client().delete(self._offer(number), self._ready(number))
        redis_client().eval(_RELEASE, 1, self._lease(number), self._mine)

    def offer(self, number: int) -> None:
        """Ask for a successor that is ready before the shard is released."""
        redis_client().set(self._offer(number), self._mine, px=self._lapse_ms())

    def is_offered(self, number: int) -> bool:
        """Whether the holder of a shard waits for a successor."""
        return bool(redis_client().exists(self._offer(number)))

    def say_ready(self, number: int) -> None:
        """The stream of a shard that is offered comes in here as well."""
        redis_client().set(self._ready(number), self._mine, px=self._lapse_ms())

    def has_ready_successor(self, number: int) -> bool:
        """Whether somebody else's stream of a shard comes in."""
        return redis_client().get(self._ready(number)) not in (None, self._mine)

    def _lease(self, number: int) -> str:
        return self._key(f"shard:{number}of{self._count}")

    def _offer(self, number: int) -> str:
        return self._lease(number) + ":offered"

    def _ready(self, number: int) -> str:
        return self._lease(number) + ":ready"

    def _key(self, name: str) -> str:
        return f"{load_settings().database}:stream:{name}"

    def _lapse_ms(self) -> int:
        return int(LAPSES_SECONDS * 1000)
