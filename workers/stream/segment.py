"""One file of the spool: messages with the moment they came, each under a checksum of its own.

A record is  magic (4) | CRC32 (4) | length (4) | received at, ns since 1970 (8) | the message.
The checksum covers all that follows it. What does not fit its checksum is
skipped up to the next record that does: a flipped byte costs one message.
"""

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

Message = tuple[int, bytes]  # received at, ns since 1970; raw

MAGIC = b"\xf5SP\x01"  # no text in UTF-8 holds the first byte
_CHECKSUM = struct.Struct("<I")
_REST = struct.Struct("<Iq")  # length, received at
HEAD_BYTES = len(MAGIC) + _CHECKSUM.size + _REST.size


@dataclass(slots=True)
class Segment:
    """A file, how much of it is in order, and when the last of it was handed out."""

    path: Path
    size: int = 0
    done_at: int | None = None  # how many messages had been handed out when its last one was


@dataclass(slots=True)
class Records:
    """What was read of a segment."""

    messages: list[Message] = field(default_factory=list)
    end: int = 0  # where to read on
    damaged: int = 0  # stretches that were skipped


def encoded(messages: Sequence[Message]) -> bytes:
    """The records of messages, one behind the other."""
    parts: list[bytes] = []
    for received_ns, raw in messages:
        rest = _REST.pack(len(raw), received_ns)
        parts += (MAGIC, _CHECKSUM.pack(crc32(raw, crc32(rest))), rest, raw)
    return b"".join(parts)


def records(content: bytes, start: int, *, at_most: int) -> Records:
    """The next messages from a position on, damaged ones left out."""
    found = Records(end=start)
    while len(found.messages) < at_most and found.end < len(content):
        record = _record_at(content, found.end)
        if record is None:
            found.damaged += 1
            found.end = _next_record(content, found.end + 1)
        else:
            message, found.end = record
            found.messages.append(message)
    return found


def _record_at(content: bytes, at: int) -> tuple[Message, int] | None:
    """The message at a position and where it ends; None when it is torn or damaged."""
    body = at + HEAD_BYTES
    if content[at : at + 4] != MAGIC or body > len(content):
        return None
    length, received_ns = _REST.unpack_from(content, at + 8)
    end = body + length
    raw = content[body:end]
    checksum = crc32(raw, crc32(content[at + 8 : body]))
    if len(raw) < length or checksum != _CHECKSUM.unpack_from(content, at + 4)[0]:
        return None
    return (received_ns, raw), end


def _next_record(content: bytes, start: int) -> int:
    """Where the next whole record begins, or the end."""
    at = content.find(MAGIC, start)
    while at >= 0 and _record_at(content, at) is None:
        at = content.find(MAGIC, at + 1)
    return at if at >= 0 else len(content)


def write_all(descriptor: int, content: bytes, *, behind: int) -> None:
    """Append to a file that is `behind` bytes long; after an error it is that long again.

    Raises
    ------
    OSError
        The disk is full or broken.
    """
    rest = memoryview(content)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError:
        os.ftruncate(descriptor, behind)
        raise


def read_from(path: Path, start: int, end: int) -> bytes:
    """A part of a file.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        file.seek(start)
        return file.read(end - start)
