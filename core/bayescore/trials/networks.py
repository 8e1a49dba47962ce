"""The network of the trials' containers, which isolates them from each other."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bayescore.network import TRIALS_BRIDGE

if TYPE_CHECKING:
    import docker

_log = logging.getLogger(__name__)
NAME = "bayesdesk"
DEFAULT = "bridge"
_ISOLATED = {"com.docker.network.bridge.enable_icc": "false"}
_BRIDGE = "com.docker.network.bridge.name"


def trials_network(client: docker.DockerClient, name: str = NAME, bridge: str = TRIALS_BRIDGE) -> str:
    """Name of the network for trials. It is created if it is missing, and shared by all data folders.

    If the engine cannot isolate containers (Podman, some rootless engines), this is the engine's default
    network, on which containers can reach each other.
    """
    from docker.errors import APIError

    if _is_there(client, name):
        return name
    try:
        client.api.create_network(
            name,
            driver="bridge",
            options={**_ISOLATED, _BRIDGE: bridge},
            labels={NAME: "trials"},
            check_duplicate=True,
        )
    except APIError as error:
        if not _is_there(client, name):  # or another program has created it meanwhile
            _log.warning("trials run on the default network: %s", error)
    return name if _is_there(client, name) else DEFAULT


def _is_there(client: docker.DockerClient, name: str) -> bool:
    """Whether there is a network of this name that isolates its containers."""
    from docker.errors import APIError

    try:
        found = client.api.networks(names=[name])
    except APIError:
        return False
    return any(
        network["Name"] == name and _ISOLATED.items() <= (network.get("Options") or {}).items()
        for network in found
    )
