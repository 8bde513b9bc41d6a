"""Settings of the property tests: a busy machine is no counter-example."""

from hypothesis import settings

settings.register_profile("unit", deadline=None, print_blob=True)
settings.load_profile("unit")
