"""Access: who may come in, who is in, and what was changed by whom."""

from flask import Blueprint, render_template

from app.access.callers import has_password, sign_in_required, web_settings

blueprint = Blueprint("access_page", __name__)


@blueprint.get("/access")
def page() -> str:
    """Sign-ins, tokens and the audit log."""
    settings = web_settings()
    required = sign_in_required(settings)
    return render_template(
        "access.html", page="access", required=required, has_password=has_password(settings)
    )
