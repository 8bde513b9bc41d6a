"""How the pages are wanted: `/api/settings`."""

from dataclasses import asdict

from flask import Blueprint

from analytics.records.preferences import CHOICES, Preferences
from app.api.contract import endpoint
from app.api.shapes.settings import SETTINGS
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.store.preferences import forget_preferences, load_preferences, save_preferences

blueprint = Blueprint("settings", __name__)

LISTS = ("overlays", "panes", "scan_hidden")
CHANGE = {
    **{
        name: Parameter("choices" if name in LISTS else "choice", choices=choices, default=None)
        for name, choices in CHOICES.items()
    },
    "watchlist_descending": Parameter("flag", default=None),
}


@blueprint.get("/settings")
@endpoint(SETTINGS)
def settings() -> JSON:
    """What was chosen, and for the rest what holds until then; one for the whole installation."""
    return asdict(load_preferences())


@blueprint.patch("/settings")
@endpoint(SETTINGS, body=CHANGE, is_change=True)
def change(**chosen: object) -> JSON:
    """Choose: what is left out, or null, stays as it is."""
    return asdict(save_preferences({name: value for name, value in chosen.items() if value is not None}))


@blueprint.delete("/settings")
@endpoint(SETTINGS, is_change=True)
def forget() -> JSON:
    """Back to what holds as long as nothing is chosen."""
    forget_preferences()
    return asdict(Preferences())
