"""Correlation: which symbols move together."""

from flask import Blueprint, render_template, request

from analytics.records.correlations import METHODS
from analytics.timeframes import TIMEFRAMES
from app.errors import BadRequest

blueprint = Blueprint("correlation_page", __name__)

CORRELATED = tuple(timeframe for timeframe in TIMEFRAMES if timeframe != "1s")


@blueprint.get("/correlation")
def page() -> str:
    """The heat map of one timeframe; the rest of the choice is the browser's."""
    timeframe = request.args.get("tf", "1m")
    if timeframe not in CORRELATED:
        expected = ", ".join(CORRELATED)
        raise BadRequest(400, "malformed", f"tf must be one of {expected}, got {timeframe[:40]!r}", "tf")
    return render_template(
        "correlation.html", page="correlation", timeframe=timeframe, timeframes=CORRELATED, methods=METHODS
    )
