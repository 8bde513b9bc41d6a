"""What a browser receives: topics, the envelope, and one JSON shape per subject."""
