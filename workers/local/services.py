"""MongoDB and Redis: the ones the environment names, else servers of our own."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.retry import Retry

from workers.local.errors import CannotStart
from workers.local.folder import LocalFolder
from workers.local.mongo_server import MongoServer
from workers.local.part import Part
from workers.local.private_files import kept_password
from workers.local.redis_server import RedisServer

PATIENCE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Services:
    """Where MongoDB and Redis are, and the parts to be started for it."""

    mongo: MongoServer | None
    redis: RedisServer | None
    mongo_url: str
    redis_url: str
    application_password: str

    def parts(self, database: str) -> list[Part]:
        """The servers of our own."""
        return [*self._mongo_parts(database), *self._redis_parts()]

    def _mongo_parts(self, database: str) -> list[Part]:
        server = self.mongo
        if server is None:
            return []

        def let_the_application_in() -> None:
            server.enter()
            server.grant(database, self.application_password)

        command = shlex.join(server.command())
        ready = server.is_listening
        return [Part("mongodb", "MongoDB", command, 60, is_ready=ready, once_ready=let_the_application_in)]

    def _redis_parts(self) -> list[Part]:
        server = self.redis
        if server is None:
            return []
        return [Part("redis", "Redis", shlex.join(server.command()), is_ready=server.is_listening)]


def choose_services(environ: Mapping[str, str], folder: LocalFolder) -> Services:
    """The servers to use; the ones that are given must answer.

    Raises
    ------
    CannotStart
        MONGO_URL or REDIS_URL names a server that does not answer or does not let us in.
    """
    password = kept_password(folder.secrets / "mongodb-application")
    mongo = None if environ.get("MONGO_URL") else _own_mongo(folder)
    redis = None if environ.get("REDIS_URL") else _own_redis(folder)
    if mongo is None:
        check_mongo(environ["MONGO_URL"])
    if redis is None:
        check_redis(environ["REDIS_URL"])
    return Services(
        mongo,
        redis,
        mongo_url=mongo.application_address(password) if mongo else environ["MONGO_URL"],
        redis_url=redis.url if redis else environ["REDIS_URL"],
        application_password=password,
    )


def _own_mongo(folder: LocalFolder) -> MongoServer:
    password = kept_password(folder.secrets / "mongodb-admin")
    return MongoServer(folder.data / "mongodb", admin_password=password)


def _own_redis(folder: LocalFolder) -> RedisServer:
    return RedisServer(folder.data / "redis", password=kept_password(folder.secrets / "redis"))


def check_mongo(url: str) -> None:
    """Asks the MongoDB of MONGO_URL whether it is there."""
    try:
        with MongoClient[dict[str, object]](url, serverSelectionTimeoutMS=PATIENCE_SECONDS * 1000) as client:
            client.admin.command("ping")
    except OperationFailure as error:
        raise CannotStart(f"MONGO_URL: {_place(url)} refuses the user or the password") from error
    except (PyMongoError, ValueError) as error:
        raise CannotStart(f"MONGO_URL: no MongoDB answers at {_place(url)}") from error


def check_redis(url: str) -> None:
    """Asks the Redis of REDIS_URL whether it is there."""
    once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(
            url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS, retry=once
        ) as client:
            client.ping()
    except AuthenticationError as error:
        raise CannotStart(f"REDIS_URL: {_place(url)} refuses the password") from error
    except (RedisError, ValueError) as error:
        raise CannotStart(f"REDIS_URL: no Redis answers at {_place(url)}") from error


def _place(url: str) -> str:
    """Host and port, without the password."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] or parts.path
