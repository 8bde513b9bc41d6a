"""How whole the data is: `GET /api/quality`."""

from flask import Blueprint

from app.quality_state import quality_state
from workers.messages.envelope import JSON

blueprint = Blueprint("quality", __name__)


@blueprint.get("/quality")
def quality() -> JSON:
    """Completeness of each symbol, holes, counters, quarantine, clock, and bars against the exchange's."""
    return quality_state()
