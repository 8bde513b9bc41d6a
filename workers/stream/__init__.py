"""Exchange -> ticks: the connection, what it brings, and how that gets into the store."""
