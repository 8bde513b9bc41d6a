"""Websocket text frames as bytes, so that one frame is built once and written to every client."""

from collections.abc import Iterator


def text_frame(payload: bytes) -> bytes:
    """An unmasked, final text frame.

    >>> text_frame(b"{}")
    b'\\x81\\x02{}'
    """
    return frame_head(len(payload)) + payload


def frame_head(size: int) -> bytes:
    """What stands in front of a payload of so many bytes."""
    if size < 126:
        return b"\x81%c" % size
    if size < 65_536:
        return b"\x81\x7e%c%c" % (size >> 8, size & 255)
    return b"\x81\x7f" + size.to_bytes(8, "big")


def wrapped(name: str, payload: bytes) -> bytes:
    """An event as a combined connection gets it."""
    return b'{"stream":"' + name.encode() + b'","data":' + payload + b"}"


def frames_in(frames: bytes) -> Iterator[bytes]:
    """The payloads of joined text frames as `text_frame` makes them.

    >>> list(frames_in(text_frame(b"{}") + text_frame(b"[]")))
    [b'{}', b'[]']
    """
    place = 0
    while place < len(frames):
        size, place = frames[place + 1], place + 2
        width = {126: 2, 127: 8}.get(size, 0)
        if width:
            size, place = int.from_bytes(frames[place : place + width], "big"), place + width
        yield frames[place : place + size]
        place += size
