"""How the pages are wanted, at the request in hand; a store that is away changes nothing that was seen."""

import logging

from flask import current_app, g

from analytics.records.preferences import Preferences
from workers.store.errors import StoreDown
from workers.store.preferences import load_preferences

log = logging.getLogger(__name__)

LAST = "preferences"  # among the extensions of the application


def current_preferences() -> Preferences:
    """What was chosen, read once in a request; without the store what this process read last."""
    if "preferences" not in g:
        g.preferences = _loaded()
    found: Preferences = g.preferences
    return found


def _loaded() -> Preferences:
    try:
        current_app.extensions[LAST] = load_preferences()
    except StoreDown as error:
        log.info("settings of the pages not read reason=%s", type(error).__name__)
    found: Preferences = current_app.extensions.get(LAST, Preferences())
    return found
