"""The body of a request -> a private file, piece by piece; never held in memory."""

import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from flask import request
from werkzeug.exceptions import HTTPException

from app.disk import GIGABYTE, LEAST_FREE_GB
from app.errors import BadRequest
from workers.imports.uploads import count_held_bytes, new_upload, remove_upload, upload_folder
from workers.settings import load_settings

MEDIA_TYPE = "application/octet-stream"
MEGABYTE = 1_000_000
MOST_COMING = 2  # files at once; each holds a thread of the server
HELD_TIMES = 4  # the largest file: so much may lie here
PIECE_BYTES = 1 << 18
LOOK_AGAIN_BYTES = 1 << 26  # at the room on the disk
STALL_SECONDS = 30.0  # a sender that is silent for so long is given up

_coming = BoundedSemaphore(MOST_COMING)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that has come, and what its content is known by."""

    path: Path
    digest: str
    size: int


def largest_bytes() -> int:
    """How large a file may be."""
    return int(load_settings().upload_mb * MEGABYTE)


def received_file(name: str) -> ReceivedFile:
    """What this request carries, under a harmless form of that name.

    Raises
    ------
    BadRequest
        It is too large, there is no room, or it did not come whole.
    """
    _refuse_what_cannot_come()
    if not _coming.acquire(blocking=False):
        message = f"{MOST_COMING} files are being received; wait until one has come"
        raise BadRequest(429, "too_many_requests", message)
    try:
        return _received(name)
    finally:
        _coming.release()


def _refuse_what_cannot_come() -> None:
    if request.mimetype != MEDIA_TYPE:
        message = f"send the bytes of the file with Content-Type: {MEDIA_TYPE}"
        raise BadRequest(415, "unsupported_media_type", message, "Content-Type")
    length = request.content_length or 0
    if length > largest_bytes():
        message = (
            f"a file may have {load_settings().upload_mb:,.0f} MB, this one has {length / MEGABYTE:,.0f}"
        )
        raise BadRequest(413, "too_large", message, "Content-Length")
    if count_held_bytes() + length > HELD_TIMES * largest_bytes():
        message = "files that wait to be imported take all the room there is for them; import or cancel some"
        raise BadRequest(409, "no_room", message)
    _require_disk(length)


def _require_disk(more_bytes: int) -> None:
    free = shutil.disk_usage(upload_folder()).free
    if free - more_bytes < LEAST_FREE_GB * GIGABYTE:
        raise BadRequest(503, "disk_nearly_full", "the disk has no room for this file")


def _received(name: str) -> ReceivedFile:
    path = new_upload(name)
    try:
        with _patience():
            found = _written(path)
        if not found.size:
            raise BadRequest(422, "out_of_range", "the file is empty")
        return found
    except BaseException:
        remove_upload(path)
        raise


def _written(path: Path) -> ReceivedFile:
    digest, size, looked_at = hashlib.sha256(), 0, 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for piece in _pieces():
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            if size - looked_at > LOOK_AGAIN_BYTES:
                _require_disk(0)
                looked_at = size
    return ReceivedFile(path, digest.hexdigest(), size)


def _pieces() -> Iterator[bytes]:
    request.max_content_length = largest_bytes()  # of this request alone
    try:
        while piece := request.stream.read(PIECE_BYTES):
            yield piece
    except HTTPException as error:
        raise _broken_off(error) from error.__context__


def _broken_off(error: HTTPException) -> BadRequest:
    if error.code == 413:
        message = f"a file may have {load_settings().upload_mb:,.0f} MB, this one has more"
        return BadRequest(413, "too_large", message)
    stalled = isinstance(error.__context__, TimeoutError)
    message = f"nothing came for {STALL_SECONDS:.0f} s" if stalled else "the file did not come whole"
    return BadRequest(400, "malformed", message)


@contextmanager
def _patience() -> Iterator[None]:
    """Wait for the sender, but not for ever; one that fell silent is not listened to again."""
    wire = request.environ.get("gunicorn.socket")
    if not isinstance(wire, socket.socket):
        yield
        return
    wire.settimeout(STALL_SECONDS)
    try:
        yield
    except BadRequest as error:
        if isinstance(error.__cause__, TimeoutError):
            wire.shutdown(socket.SHUT_RD)
        raise
    finally:
        wire.setblocking(True)
