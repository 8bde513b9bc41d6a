"""Is this machine fit to run the demo? Asked before anything is started."""

import shutil

from workers.local.errors import CannotStart
from workers.local.folder import LocalFolder
from workers.local.ports import is_free
from workers.local.terminal import complain

GIB = 2**30
LEAST_FREE_BYTES = GIB // 2  # an empty MongoDB takes 300 MB
COMFORTABLE_BYTES = 2 * GIB


def check_disk(folder: LocalFolder) -> None:
    """Warns when the disk is nearly full.

    Raises
    ------
    CannotStart
        There is no room even for an empty database.
    """
    free = shutil.disk_usage(folder.root).free
    room = f"{free / GIB:.1f} GB free on the disk of {folder.root}"
    if free < LEAST_FREE_BYTES:
        raise CannotStart(f"{room}, at least 0.5 are needed: make room, or LOCAL_DIR=/some/folder")
    if free < COMFORTABLE_BYTES:
        complain(f"Warning: only {room}; a day of trades takes more")


def check_port(host: str, port: int) -> None:
    """Sees that the web can listen.

    Raises
    ------
    CannotStart
        Somebody else does, or this user may not.
    """
    if not is_free(port, host):
        reason = "needs the rights of root" if port < 1024 else "is in use by another program"
        instead = f"PORT={_another(port)} make run"
        raise CannotStart(f"PORT: {port} {reason}: free it, or choose another one: {instead}")


def _another(port: int) -> int:
    higher = (candidate for candidate in range(max(port, 1024) + 1, 65_536) if is_free(candidate))
    return next(higher, 5000)
