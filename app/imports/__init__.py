"""Files that clients send to be imported: received, looked into, queued."""
