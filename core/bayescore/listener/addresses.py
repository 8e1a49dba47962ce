"""The listener's sockets: on loopback and on the address of Docker's bridge."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from bayescore.errors import ListenerError
from bayescore.i18n import text

LOOPBACK = "127.0.0.1"


def open_sockets(port: int | None, hosts: Iterable[str]) -> tuple[int, dict[str, socket.socket]]:
    """Open listening sockets on one port at every host that is an address of this machine; by host.

    Parameters
    ----------
    port
        The data folder's port, or ``None`` to choose a free one.

    Raises
    ------
    ListenerError
        When another program uses the port.
    """
    hosts = list(hosts)
    for _ in range(20):
        chosen = port or _free_port(hosts[0])
        sockets: dict[str, socket.socket] = {}
        try:
            for host in hosts:
                sockets[host] = listening(host, chosen)
        except OSError as error:
            for opened in sockets.values():
                opened.close()
            if error.errno == errno.EADDRNOTAVAIL and len(hosts) > 1:
                hosts.pop()  # a bridge that has just been removed
            elif port is not None:
                break
        else:
            return chosen, sockets
    raise ListenerError(
        text("Port {port} of this data folder is used by another program.", port=port or "-"),
        text("End that program (“ss -ltnp” shows it), then try again."),
    )


def listening(host: str, port: int) -> socket.socket:
    """Open a listening socket."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # on Windows, SO_REUSEADDR would let another program bind the same port
    option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
    opened.setsockopt(socket.SOL_SOCKET, option, 1)
    try:
        opened.bind((host, port))
        opened.listen(1024)
    except OSError:
        opened.close()
        raise
    return opened


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
