"""What a caller catches when Redis does not answer; it need not know redis-py."""

from redis.exceptions import RedisError

CoordinationDown = RedisError
