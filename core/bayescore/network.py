"""Addresses of this machine."""

from __future__ import annotations

import socket

TRIALS_BRIDGE = "bayesdesk0"  # interface to the containers of trials, for firewall rules


def bridge_address(interface: str = "docker0") -> str | None:
    """IPv4 address of this machine on a Docker bridge; ``None`` when there is none."""
    import psutil

    addresses = psutil.net_if_addrs().get(interface, [])
    return next((a.address for a in addresses if a.family == socket.AF_INET), None)
