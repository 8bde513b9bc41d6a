"""Is it up, does it work, and how is each part: `/api/health`, `/api/ready`, `/api/parts`, `/api/system`."""

from flask import Blueprint, Response, jsonify

from app.api.contract import endpoint
from app.api.shapes.operation import HEALTH, NOT_READY, PARTS, READY, SYSTEM
from app.system_state import readiness, system_state
from workers.messages.envelope import JSON

blueprint = Blueprint("system", __name__)


@blueprint.get("/health")
@endpoint(HEALTH)
def health() -> JSON:
    """The process is up."""
    return {"status": "ok"}


@blueprint.get("/ready")
@endpoint(READY, also={503: NOT_READY})
def ready() -> tuple[Response, int]:
    """Whether each part works; 503 names those that do not."""
    parts = readiness()
    down = [name for name, part in parts.items() if not part["ok"]]
    body: JSON = {"ready": not down, "parts": parts}
    if down:
        body["error"] = {"code": "not_ready", "message": f"not working: {', '.join(down)}"}
    return jsonify(body), 503 if down else 200


@blueprint.get("/parts")
@endpoint(PARTS)
def parts() -> JSON:
    """How each part fares, for who shows it: 200 also while one of them is away."""
    return {"parts": readiness()}


@blueprint.get("/system")
@endpoint(SYSTEM)
def system() -> JSON:
    """Processes, queues and the feed."""
    return system_state()
