"""The servers we start ourselves: closed to strangers, narrow rights, whole after a crash."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from workers.local.errors import CannotStart
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer
from workers.local.waiting import wait_until


def listening_addresses(port: int) -> set[str]:
    """The local addresses on which somebody listens to the port, as the kernel writes them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            address, _, state = line.split()[1:4]
            if state == "0A" and int(address.rpartition(":")[2], 16) == port:
                found.add(address.rpartition(":")[0])
    return found


LOOPBACK = "0100007F"  # 127.0.0.1, as /proc/net/tcp writes it


def port_of(url: str) -> int:
    return int(url.rpartition("@127.0.0.1:")[2].partition("/")[0])


def test_mongod_refuses_who_has_no_password(mongo_url: str) -> None:
    with MongoClient(f"mongodb://127.0.0.1:{port_of(mongo_url)}") as client:
        with pytest.raises(OperationFailure, match="requires authentication"):
            client.list_database_names()
        with pytest.raises(OperationFailure, match="requires authentication"):
            client.admin.command("createUser", "second", pwd="x", roles=["root"])


def test_redis_refuses_who_has_no_password(redis_url: str) -> None:
    with (
        Redis(port=port_of(redis_url), retry=Retry(NoBackoff(), 0)) as client,
        pytest.raises(AuthenticationError),
    ):
        client.ping()


def test_both_servers_listen_on_loopback_only(mongo_url: str, redis_url: str) -> None:
    assert listening_addresses(port_of(mongo_url)) == {LOOPBACK}
    assert listening_addresses(port_of(redis_url)) == {LOOPBACK}


def test_mongod_runs_no_javascript(mongo_url: str, database_name: str) -> None:
    with MongoClient(mongo_url) as client:
        client[database_name].ticks.insert_one({"price": 1})
        with pytest.raises(OperationFailure, match="no globalScriptEngine"):
            client[database_name].ticks.find_one({"$where": "true"})


def test_no_password_stands_on_a_command_line(tmp_path: Path) -> None:
    mongo = MongoServer(tmp_path / "mongo", admin_password="very-secret")
    redis = RedisServer(tmp_path / "redis", password="very-secret")
    assert "very-secret" not in " ".join(mongo.command() + redis.command())
    for name in ("mongo.conf", "redis.conf"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


@pytest.fixture
def mongo_server(tmp_path: Path) -> Iterator[MongoServer]:
    server = MongoServer(tmp_path / "mongo data", cache_gb=0.25, admin_password="first")
    server.start()
    yield server
    server.stop()


def test_one_mongod_through_grants_a_crash_and_a_lost_password(mongo_server: MongoServer) -> None:
    """One server for all three: an empty data directory costs a second and 300 MB."""
    url = mongo_server.grant("one", "pw1")
    with MongoClient(url) as client:
        client.one.ticks.insert_one({"_id": 1})
        with pytest.raises(OperationFailure, match="not authorized"):
            client.drop_database("two")
        with pytest.raises(OperationFailure, match="not authorized"):
            client.two.ticks.insert_one({"_id": 1})
        with pytest.raises(OperationFailure, match="not authorized"):
            client.admin.command("createUser", "x", pwd="x", roles=[])

    with MongoClient(mongo_server.grant("two", "pw2")) as client:
        client.two.ticks.insert_one({"_id": 1})
        with pytest.raises(OperationFailure, match="not authorized"):
            client.one.ticks.find_one()

    pid = mongo_server._process.pid
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not mongo_server._process.running, 5)
    mongo_server.start()
    with MongoClient(mongo_server.grant("one", "pw1")) as client:
        assert client.one.ticks.find_one() == {"_id": 1}

    mongo_server.admin_password = "another"
    with pytest.raises(CannotStart, match="make reset"):
        mongo_server.enter()
