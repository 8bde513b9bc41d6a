"""MongoDB; nobody else knows it. One file per collection, records in, records out."""
