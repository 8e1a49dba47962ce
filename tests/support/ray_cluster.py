"""A real Ray cluster on this machine: a head and two more nodes that claim to have GPUs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.private_network import HERE, THERE, PrivateNetwork

_SILENT = 60  # questions that a node may leave unanswered before Ray gives it up: minutes


@dataclass
class RayCluster:
    """Three nodes: ``a`` is the head, without GPUs; ``b`` has one, ``c`` two.

    With a network, ``c`` is behind it.
    """

    cluster: Any
    nodes: dict[str, Any]
    environment: dict[str, str]
    network: PrivateNetwork | None = None

    @property
    def address(self) -> str:
        """``host:port`` of the head."""
        return str(self.cluster.address)

    def remove(self, name: str) -> None:
        """A node's end, without a word."""
        self.cluster.remove_node(self.nodes.pop(name), allow_graceful=False)

    def add(self, name: str, **resources: float) -> None:
        """A node comes, or comes back."""
        self.nodes[name] = self.cluster.add_node(node_name=name, env_vars=self.environment, **resources)

    def restart(self) -> None:
        """All of Ray ends and starts again where it was."""
        port = int(self.address.rpartition(":")[2])
        self.close()
        self.start(port)

    def start(self, port: int | None = None) -> None:
        """Start the three nodes."""
        from ray.cluster_utils import Cluster

        head = {
            "num_cpus": 4,
            "num_gpus": 0,
            "node_name": "a",
            "include_dashboard": False,
            "env_vars": self.environment,
        }
        if port is not None:
            head["gcs_server_port"] = port
        if self.network is not None:
            self.network.start()
            head["node_ip_address"] = HERE
            head["_system_config"] = {"health_check_failure_threshold": _SILENT}
        self.cluster = Cluster(initialize_head=True, head_node_args=head)
        self.nodes = {"a": self.cluster.head_node}
        self.add("b", num_cpus=4, num_gpus=1)
        if self.network is None:
            self.add("c", num_cpus=4, num_gpus=2)
        else:
            self._start_behind(self.network)

    def _start_behind(self, network: PrivateNetwork) -> None:
        words = f"start --address={self.address} --node-name=c --node-ip-address={THERE} --num-cpus=4 --num-gpus=2"
        ray = [sys.executable, "-m", "ray.scripts.scripts", *words.split()]
        environment = os.environ | self.environment
        subprocess.run(network.inside(ray), env=environment, capture_output=True, check=True)
        self.nodes["c"] = None

    def close(self) -> None:
        """End all of Ray."""
        if self.cluster is not None:
            self.cluster.shutdown()
        if self.network is not None:
            self.network.close()


@contextmanager
def ray_cluster(folder: Path) -> Iterator[RayCluster]:
    """Start the nodes; agents keep their files in ``folder/agents``."""
    made = RayCluster(None, {}, {"BAYESDESK_AGENT_HOME": str(folder / "agents")})
    made.start()
    try:
        yield made
    finally:
        made.close()
