"""The whole product, as `make run` starts it: who can reach what, and with which rights (R44, R45)."""

import json
import os
import pickle
import re
import socket
from collections.abc import Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from kombu import Connection, Queue
from packaging.version import Version
from pymongo import MongoClient
from pymongo.errors import OperationFailure
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from tests.fault.measuring import Measured
from tests.integration.access.people import PASSWORD
from tests.integration.access.sentinels import command_lines, found_in, stored_in_mongo, stored_in_redis
from tests.integration.launched import Launched
from tests.product import wait_for
from workers.local.folder import PROJECT
from workers.local.http_check import status_of
from workers.settings import SOCKETIO_CHANNEL

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}  # as the kernel writes 127.0.0.1 and ::1
FLOORS = {
    "python-socketio": "5.16.3",  # a pickle in the queue (CVE-2025-61765), attachments (CVE-2026-48804)
    "python-engineio": "4.13.3",  # heartbeat threads without bound (CVE-2026-48802), CVE-2026-48809
    "werkzeug": "3.0.6",  # multipart memory (CVE-2024-49767)
    "flask-socketio": "5.5.0",
    "gunicorn": "23.0.0",  # request smuggling (CVE-2024-6827)
}
LINES = tuple(line for line in (PROJECT / "Procfile").read_text().splitlines() if line[:1].isalpha())


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, password_file: Path) -> Iterator[Launched]:
    """Every process with servers of its own and a small market, behind a password."""
    root = tmp_path_factory.mktemp("product") / "local"
    environ = {"SYMBOLS": "BTCUSDT,ETHUSDT", "SEED": "45", "PASSWORD_FILE": str(password_file)}
    product = Launched(root, environ, LINES, live=False)
    try:
        product.wait_until_running()
        yield product
        product.stop()
    finally:
        product.clean_up()


@pytest.fixture(scope="module")
def servers(product: Launched) -> dict[str, str]:
    """Where its MongoDB and Redis are, with the application's own passwords."""
    told: dict[str, str] = json.loads((product.folder.secrets / "last-run.json").read_text())
    return told


def _listeners(pids: list[int]) -> dict[str, set[str]]:
    """Local addresses that these processes listen on, and the ports of each."""
    inodes = {os.readlink(link) for pid in pids for link in _descriptors(pid)}
    found: dict[str, set[str]] = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            parts = line.split()
            if parts[3] == "0A" and f"socket:[{parts[9]}]" in inodes:
                address, _, port = parts[1].rpartition(":")
                found.setdefault(address, set()).add(port)
    return found


def _descriptors(pid: int) -> list[Path]:
    try:
        return [link for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    except OSError:
        return []


class Poison:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self._path),)


def test_every_listener_is_on_loopback(product: Launched, measured: Measured) -> None:
    found = _listeners(product.processes)
    assert set(found) <= LOOPBACK
    ports = {port for of_one in found.values() for port in of_one}
    assert len(ports) >= 3, "MongoDB, Redis and the web at least"
    told = f"{len(ports)} listeners, all on loopback"
    measured("R45", injected="every process of make run", demanded="127.0.0.1 only", found=told)


def test_a_listener_elsewhere_would_be_found() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.2", 0))  # still this machine, and not the address that is asked for
        listener.listen()
        assert not set(_listeners([os.getpid()])) <= LOOPBACK


def test_the_web_asks_for_the_password_and_says_that_it_is_up(product: Launched) -> None:
    assert status_of("127.0.0.1", product.port, "/") == 302
    assert status_of("127.0.0.1", product.port, "/api/symbols") == 401
    assert status_of("127.0.0.1", product.port, "/metrics") == 401
    assert status_of("127.0.0.1", product.port, "/api/health") == 200


def test_nobody_without_a_password_is_let_into_the_servers(
    servers: dict[str, str], measured: Measured
) -> None:
    mongo = servers["MONGO_URL"].rpartition("@")[2].partition("/")[0]
    with (
        MongoClient[dict[str, object]](f"mongodb://{mongo}") as client,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        client.admin.command("listDatabases")
    port = int(servers["REDIS_URL"].rpartition(":")[2].partition("/")[0])
    with Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger:
        for attempt in (stranger.ping, partial(stranger.publish, SOCKETIO_CHANNEL, "{}")):
            with pytest.raises(AuthenticationError):
                attempt()
    tried = "listDatabases, PING, PUBLISH to the browsers"
    measured("R45", injected=f"{tried} without a password", demanded="refused", found="refused")


def test_no_process_leaves_its_memory_in_a_file(product: Launched, measured: Measured) -> None:
    limits = [Path(f"/proc/{pid}/limits").read_text() for pid in product.processes]
    largest = [re.search(r"Max core file size +(\d+|unlimited)", text) for text in limits]
    assert {found[1] if found else None for found in largest} == {"0"}
    unit = (PROJECT / "docs" / "deployment" / "gemscap@.service").read_text()
    assert "LimitCORE=0\n" in unit
    told = f"{len(limits)} processes may write none"
    measured("R44", injected="core files", demanded="none is written", found=told)


def test_the_application_s_own_user_has_narrow_rights(servers: dict[str, str], measured: Measured) -> None:
    refused = []
    with MongoClient[dict[str, object]](servers["MONGO_URL"]) as client:
        database = client["gemscap_simulated_spot_aggtrade_45"]
        for name, attempt in {
            "dropDatabase": lambda: client.drop_database(database.name),
            "$where": lambda: database.jobs.find_one({"$where": "true"}),
            "listDatabases": lambda: client.admin.command("listDatabases", nameOnly=False)["databases"],
            "createUser": lambda: client.admin.command("createUser", "x", pwd="x", roles=[]),
            "shutdown": lambda: client.admin.command("shutdown"),
            "another database": lambda: client.another.things.insert_one({}),
        }.items():
            try:
                seen = attempt()
            except OperationFailure:
                refused.append(name)
            else:
                assert name == "listDatabases", name
                assert {row["name"] for row in seen} <= {database.name}  # its own, and no other
        assert "meta" in database.list_collection_names()
        assert database.audit.options()["capped"] is True, "its rights are enough for what it needs"
    measured("R45", injected="more than its own data asked for", demanded="refused", found=", ".join(refused))


def test_a_pickled_task_is_refused_without_being_opened(
    product: Launched, servers: dict[str, str], tmp_path: Path
) -> None:
    marks = [tmp_path / "by-the-task", tmp_path / "by-the-queue"]
    log = product.folder.logs / "batch.log"
    with Connection(servers["REDIS_URL"]) as connection:
        headers = {"lang": "py", "task": "workers.tasks.upkeep", "id": "pickled", "retries": 0}
        connection.Producer().publish(
            pickle.dumps(((Poison(marks[0]),), {}, {})),
            routing_key="batch",
            declare=[Queue("batch")],
            content_type="application/x-python-serialize",
            content_encoding="binary",
            headers=headers,
        )
    wait_for(lambda: "pickle" in log.read_text(), 20, "the refusal in the log of the worker")
    with Redis.from_url(servers["REDIS_URL"]) as client:
        assert client.publish(SOCKETIO_CHANNEL, pickle.dumps(Poison(marks[1]))) >= 0
        assert client.publish(SOCKETIO_CHANNEL, b"\xff not json") >= 0
    assert status_of("127.0.0.1", product.port, "/api/health") == 200
    assert [mark for mark in marks if mark.exists()] == []
    pickle.loads(pickle.dumps(Poison(marks[0])))
    assert marks[0].exists(), "opened, it would have made the folder"


def test_no_secret_stands_in_logs_queues_store_or_command_lines(
    product: Launched, servers: dict[str, str], measured: Measured
) -> None:
    signed_in = Request(f"http://127.0.0.1:{product.port}/sign-in", data=f"password={PASSWORD}".encode())
    with urlopen(signed_in, timeout=20) as answer:
        assert answer.status == 200
    files = [file for file in product.folder.secrets.iterdir() if file.suffix != ".json"]
    secrets = {file.name: file.read_text().strip() for file in files}
    secrets["the password of the pages"] = PASSWORD
    assert len(secrets) == 5
    logs = {file.name: file.read_bytes() for file in product.folder.logs.iterdir()}
    places = logs | {
        "the terminal": product.words.encode(),
        "command lines": command_lines(),
        "MongoDB": stored_in_mongo(servers["MONGO_URL"], "gemscap_simulated_spot_aggtrade_45"),
        "Redis": stored_in_redis(servers["REDIS_URL"]),
    }
    assert len(logs) >= 7
    assert {name: found_in(text, secrets) for name, text in places.items()} == {name: [] for name in places}
    told = f"none of {len(secrets)} in {len(places)} places, {sum(map(len, places.values())) / 1e6:.1f} MB"
    measured("R44", injected="the whole product with passwords", demanded="0 hits in any form", found=told)


@pytest.mark.parametrize("package", FLOORS)
def test_no_library_is_older_than_its_last_known_hole(package: str) -> None:
    assert Version(version(package)) >= Version(FLOORS[package])
    lines = (PROJECT / "requirements.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    assert Version(pinned[package]) >= Version(FLOORS[package])
