"""Everything that touches the outside world. Imports nothing, so that importing one part stays cheap."""
