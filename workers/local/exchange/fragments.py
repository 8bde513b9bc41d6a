"""A text message in several websocket frames."""

from workers.local.exchange.frames import frame_head

FIRST, MIDDLE, LAST = 0x01, 0x00, 0x80


def fragmented(payload: bytes, parts: int) -> bytes:
    """The frames of a message cut into so many parts, where it is long enough.

    >>> fragmented(b"abcd", 2)
    b'\\x01\\x02ab\\x80\\x02cd'
    """
    size = -(-len(payload) // max(2, parts))
    pieces = [payload[start : start + size] for start in range(0, len(payload), size)]
    openings = [FIRST, *[MIDDLE] * (len(pieces) - 2), LAST]
    return b"".join(
        bytes([opening]) + frame_head(len(piece))[1:] + piece
        for opening, piece in zip(openings, pieces, strict=True)
    )
