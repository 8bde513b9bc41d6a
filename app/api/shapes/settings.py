"""The shape of what was chosen for the pages."""

from analytics.records.preferences import Preferences
from app.api.shapes.market import TIMEFRAME
from app.api.shapes.of_records import shape_of

SETTINGS = shape_of(Preferences, "PageSettings", timeframe=TIMEFRAME)
