"""What processes agree on, in Redis."""
