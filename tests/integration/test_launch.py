"""One command: everything comes up, what dies comes back, and nothing stays behind."""

import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.integration.launched import STREAM, WEB, Launched, command_of
from workers.local.http_check import status_of
from workers.local.ports import free_port
from workers.local.waiting import wait_until

Launch = Callable[..., Launched]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts launchers in this test's folder, with servers of their own unless told otherwise."""
    launched: list[Launched] = []

    def start(*lines: str, root: str = "local", **environ: str) -> Launched:
        launched.append(Launched(tmp_path / root, environ, lines or (WEB, STREAM)))
        return launched[-1]

    yield start
    for one in launched:
        one.clean_up()


@pytest.fixture
def given(mongo_url: str, redis_url: str) -> dict[str, str]:
    """The servers of this test run, so that the launcher starts none."""
    return {"MONGO_URL": mongo_url, "REDIS_URL": redis_url}


def environment_of(launched: Launched) -> dict[str, str]:
    """What the parts were told, as one of them wrote it down."""
    file = launched.folder.root / "stream.env"
    assert wait_until(lambda: file.exists() and "MONGO_URL" in file.read_text(), 5)
    return dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)


def test_a_whole_life_with_servers_of_its_own(launch: Launch) -> None:
    """Up, killed parts, Ctrl-C, up again with the data; in a folder with a troublesome name."""
    root = 'my #1 folder; 50% "full" it\'s'
    first = launch(root=root)
    first.wait_until_running()
    assert [line.split()[0] for line in first.words.splitlines()[:4]] == ["MongoDB", "Redis", "Web", "Stream"]
    assert f"http://127.0.0.1:{first.port}  (LIVE, Ctrl-C stops it)" in first.words
    assert status_of("127.0.0.1", first.port, "/") == 200
    _no_secret_is_readable(first)

    url = environment_of(first)["MONGO_URL"]
    with MongoClient(url, journal=True) as client:
        client.gemscap_live_spot_aggtrade.ticks.insert_one({"_id": 1})
        mongod = first.kill_part("mongod")
        assert wait_until(lambda: first.pid_of("mongod") not in (0, mongod), 15)
        assert client.gemscap_live_spot_aggtrade.ticks.count_documents({}) == 1  # on the same port
    assert wait_until(lambda: "MongoDB ended unexpectedly and is started again" in first.words, 5)

    assert first.stop() == 0, first.words
    assert first.processes == []
    assert not list(first.folder.run.glob("*.sock")) + list(first.folder.run.glob("*.pid"))

    second = launch(root=root)
    second.wait_until_running()
    with MongoClient(environment_of(second)["MONGO_URL"]) as client:
        assert client.gemscap_live_spot_aggtrade.ticks.find_one() == {"_id": 1}
    assert second.stop() == 0


def _no_secret_is_readable(launched: Launched) -> None:
    secrets = [file.read_text().strip() for file in launched.folder.secrets.iterdir()]
    assert len(secrets) == 5  # four passwords, and what names the servers of this run
    for pid in launched.processes:
        assert not any(secret in command_of(pid) for secret in secrets)
    assert stat.S_IMODE(launched.folder.root.stat().st_mode) == 0o700
    database = launched.folder.data / "mongodb"  # holds hashes only, and 300 MB
    files = [file for file in launched.folder.root.rglob("*") if database not in file.parents]
    with_secrets = [file for file in files if file.is_file() and _holds_any(file, secrets)]
    assert {stat.S_IMODE(file.stat().st_mode) for file in with_secrets} == {0o600}
    assert launched.folder.data / "redis.conf" in with_secrets  # the search does find them


def _holds_any(file: Path, secrets: list[str]) -> bool:
    text = file.read_bytes()
    return any(secret.encode() in text for secret in secrets)


def test_what_is_killed_comes_back_without_its_orphans(launch: Launch, given: dict[str, str]) -> None:
    launched = launch(**given)
    launched.wait_until_running()
    before = set(launched.processes)
    orphans = {pid for pid in before if command_of(pid).startswith("sleep 1000")}
    assert orphans
    stream = launched.kill_part("sleep 1000 & wait")
    assert wait_until(lambda: launched.pid_of("sleep 1000 & wait") not in (0, stream), 10)
    assert wait_until(lambda: not orphans & set(launched.processes), 5)
    assert wait_until(lambda: "Stream ended unexpectedly and is started again" in launched.words, 5)
    assert launched.stop() == 0


SLOW_TO_STOP = """\
import signal, sys, time
def save(*_):
    time.sleep(2)
    open(sys.argv[1], "w").write("saved")
    sys.exit()
signal.signal(signal.SIGTERM, save)
while True:
    signal.pause()
"""


def test_a_part_gets_its_time_and_a_second_ctrl_c_asks_for_patience(
    launch: Launch, given: dict[str, str], tmp_path: Path
) -> None:
    program = tmp_path / "slow.py"
    program.write_text(SLOW_TO_STOP)
    launched = launch(WEB, f"stream: python {program} $LOCAL_DIR/saved", **given)
    launched.wait_until_running()
    launched.process.send_signal(signal.SIGTERM)
    assert wait_until(lambda: "Stopping" in launched.words, 5)
    launched.process.send_signal(signal.SIGINT)
    assert launched.wait_until_ended() == 0
    assert "Still stopping" in launched.words
    assert (launched.folder.root / "saved").read_text() == "saved"
    assert launched.processes == []


def test_a_second_launcher_in_the_folder_is_refused(launch: Launch, given: dict[str, str]) -> None:
    first = launch(**given)
    first.wait_until_running()
    first.output = first.output.rename(first.output.with_suffix(".first"))
    second = launch(**given)
    assert second.wait_until_ended() == 1
    assert f"already running in {first.folder.root} (process {first.process.pid})" in second.words
    assert status_of("127.0.0.1", first.port, "/") == 200
    assert first.stop() == 0


def test_a_killed_launcher_leaves_nothing_and_the_next_one_starts(
    launch: Launch, given: dict[str, str]
) -> None:
    quiet = (WEB, "stream: sleep 1000")
    first = launch(*quiet, **given)
    first.wait_until_running()
    first.process.kill()
    first.process.wait()
    second = launch(*quiet, **given, PORT=str(first.port))  # at once: it has to end what is left first
    second.wait_until_running()
    supervisor = second.supervisor

    second.process.kill()
    os.kill(supervisor, signal.SIGKILL)  # now nobody is left to stop the parts
    second.process.wait()
    assert wait_until(lambda: not second.processes, 5)


def test_a_port_in_use_is_said(launch: Launch, given: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launched = launch(**given, PORT=str(port))
        assert launched.wait_until_ended() == 1
    assert f"PORT: {port} is in use" in launched.words
    assert "make run" in launched.words


def test_a_part_that_fails_is_named_with_the_reason_and_its_log(
    launch: Launch, given: dict[str, str]
) -> None:
    launched = launch(WEB, "compute: python -c 'import no_such_module'", **given)
    assert launched.wait_until_ended() == 1
    assert "Compute ended: ModuleNotFoundError: No module named 'no_such_module'" in launched.words
    assert f"its log: {launched.folder.logs}/compute.log" in launched.words
    assert launched.processes == []


@pytest.mark.parametrize(
    ("name", "scheme", "sentence"),
    [
        ("MONGO_URL", "mongodb", "MONGO_URL: no MongoDB answers at 127.0.0.1:{port}"),
        ("REDIS_URL", "redis", "REDIS_URL: no Redis answers at 127.0.0.1:{port}"),
    ],
)
def test_a_given_server_that_is_away_is_named_without_its_password(
    launch: Launch, given: dict[str, str], name: str, scheme: str, sentence: str
) -> None:
    port = free_port()
    launched = launch(**{**given, name: f"{scheme}://user:hush@127.0.0.1:{port}"})
    assert launched.wait_until_ended() == 1
    assert sentence.format(port=port) in launched.words
    assert "hush" not in launched.words


def test_a_variable_that_makes_no_sense_is_named(launch: Launch, given: dict[str, str]) -> None:
    launched = launch(**given, TICK_RETENTION_HOURS="soon")
    assert launched.wait_until_ended() == 1
    assert "TICK_RETENTION_HOURS: expected a number" in launched.words


def test_a_folder_nobody_may_write_to_is_said(launch: Launch) -> None:
    launched = launch(LOCAL_DIR="/proc/nowhere")
    assert launched.wait_until_ended() == 1
    assert "cannot write in /proc/nowhere" in launched.words


def test_a_path_too_long_for_a_socket_works(launch: Launch, given: dict[str, str]) -> None:
    launched = launch(root="/".join(["a-rather-long-name-of-a-folder"] * 4), **given)
    launched.wait_until_running()
    assert launched.stop() == 0, launched.words
