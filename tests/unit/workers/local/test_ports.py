"""Free ports: really free, and not among those of outgoing connections."""

import socket

from workers.local.ports import EPHEMERAL_RANGE, free_port, is_free


def test_a_port_somebody_listens_on_is_not_free() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
    assert is_free(port)


def test_outgoing_connections_never_take_a_servers_port() -> None:
    first_outgoing = int(EPHEMERAL_RANGE.read_text().split()[0])
    assert all(free_port() < first_outgoing for _ in range(20))
