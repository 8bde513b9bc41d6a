"""Websocket text frames as bytes, so that one frame is built once and written to every client."""


def text_frame(payload: bytes) -> bytes:
    """An unmasked, final text frame.

    >>> text_frame(b"{}")
    b'\\x81\\x02{}'
    """
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


def wrapped(name: str, payload: bytes) -> bytes:
    """An event as a combined connection gets it."""
    return b'{"stream":"' + name.encode() + b'","data":' + payload + b"}"
