"""Everything on one machine, offline: real servers from wheels and an exchange of our own."""
