"""Which TCP ports of this machine are free."""

import random
import socket
from pathlib import Path

# Linux hands out the ports of this range to outgoing connections. A server that is restarted on such
# a port may find it taken, even by its own client: connecting to a closed port again and again can
# end in a connection of that port with itself.
EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 20_000
ATTEMPTS = 200


def free_port() -> int:
    """A loopback port nobody listens on, outside the range of outgoing connections where possible."""
    highest = _first_ephemeral_port() - 1
    if highest > LOWEST:
        for _ in range(ATTEMPTS):
            port = random.randint(LOWEST, highest)
            if is_free(port):
                return port
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on the port now."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError:
            return False
    return True


def _first_ephemeral_port() -> int:
    try:
        return int(EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32_768
