"""Addresses of this machine."""

from __future__ import annotations

import socket

TRIALS_BRIDGE = "bayesdesk0"  # the interface by which trials' containers reach this machine, for firewalls


def bridge_address(interface: str = "docker0") -> str | None:
    """IPv4 address of this machine on Docker's default bridge; ``None`` when there is none."""
    import psutil

    addresses = psutil.net_if_addrs().get(interface, [])
    return next((a.address for a in addresses if a.family == socket.AF_INET), None)
