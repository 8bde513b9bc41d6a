"""Answers made of stored scans: read once for each scan, encoded once for each question.

The Scanners that are open ask the same at the same moment, when a bar has closed.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from analytics.records.scans import ScanReport
from analytics.records.score_columns import score_columns
from app.scan_rows import Told
from workers.messages.scans import scan_json
from workers.settings import load_settings
from workers.store.scans import load_scan_columns

MOST_BODIES = 12  # 5,000 rows take half a megabyte
MOST_SCANS = 2  # of 200 symbols one takes 25 MB

_bodies: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
_scans: OrderedDict[tuple[str, str], tuple[ScanReport, Told]] = OrderedDict()
_reading = Lock()  # who asks for the same waits for the one that reads it


def sent_scan(head: ScanReport, question: tuple[object, ...], build: Callable[[Told], bytes]) -> bytes:
    """What a question about the stored scan with this head is answered with."""
    key = (load_settings().database, head.timeframe, head.computed_at, *question)
    with _reading:
        if key not in _bodies:
            _bodies[key] = build(_told(head))
        _bodies.move_to_end(key)
        while len(_bodies) > MOST_BODIES:
            _bodies.popitem(last=False)
        return _bodies[key]


def _told(head: ScanReport) -> Told:
    """The whole scan; it may be a newer one than the head."""
    place = (load_settings().database, head.timeframe)
    if place not in _scans or _scans[place][0].computed_at != head.computed_at:
        # Forgotten between two looks: nothing is there.
        found = load_scan_columns(head.timeframe) or (head, score_columns((), ()))
        _scans[place] = (found[0], scan_json(*found))
    _scans.move_to_end(place)
    while len(_scans) > MOST_SCANS:
        _scans.popitem(last=False)
    return _scans[place][1]
