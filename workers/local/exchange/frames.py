"""Websocket text frames as bytes, so that one frame is built once and written to every client."""


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
