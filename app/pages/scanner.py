"""Scanner: all pairs, tested and ranked."""

from flask import Blueprint, render_template, request

from analytics.records.scans import SCAN_TIMEFRAMES
from app.errors import BadRequest

blueprint = Blueprint("scanner_page", __name__)


@blueprint.get("/scanner")
def page() -> str:
    """The table of one timeframe; the rest of the choice is the browser's."""
    timeframe = request.args.get("tf", "1m")
    if timeframe not in SCAN_TIMEFRAMES:
        expected = ", ".join(SCAN_TIMEFRAMES)
        raise BadRequest(400, "malformed", f"tf must be one of {expected}, got {timeframe[:40]!r}", "tf")
    return render_template("scanner.html", page="scanner", timeframe=timeframe, timeframes=SCAN_TIMEFRAMES)
