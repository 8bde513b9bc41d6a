"""What the parts of the last run were told, for commands that work on the same database."""

import json
from collections.abc import Mapping

from workers.local.errors import CannotStart
from workers.local.folder import LocalFolder
from workers.local.private_files import write_private

SOURCE = ("SOURCE", "MARKET", "STREAM", "SEED", "RATE", "CAPTURE", "BINANCE_WS_URL", "BINANCE_REST_URL")
SERVERS = ("MONGO_URL", "REDIS_URL")
FILE = "last-run.json"


def save_last_run(folder: LocalFolder, environ: Mapping[str, str]) -> None:
    """Keep where its servers are and where its trades come from; only the owner can read it."""
    told = {name: environ[name] for name in (*SOURCE, *SERVERS) if environ.get(name)}
    write_private(folder.secrets / FILE, json.dumps(told))


def load_last_run(folder: LocalFolder) -> dict[str, str]:
    """The same, empty before the first run.

    Raises
    ------
    CannotStart
        It cannot be read.
    """
    path = folder.secrets / FILE
    if not path.exists():
        return {}
    try:
        return {str(name): str(value) for name, value in json.loads(path.read_text()).items()}
    except (OSError, ValueError, AttributeError) as problem:
        raise CannotStart(
            f"{path} cannot be read ({problem}): remove it, and start the product once"
        ) from None
