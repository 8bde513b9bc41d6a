"""System: processes, queues and the feed."""

from flask import Blueprint, render_template

blueprint = Blueprint("system_page", __name__)


@blueprint.get("/system")
def page() -> str:
    """How each part fares."""
    return render_template("system.html", page="system")
