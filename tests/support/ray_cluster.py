"""A real Ray cluster on this machine: a head and two nodes with declared GPUs."""

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

_SILENT = 60  # failed health checks before Ray gives up a node: minutes


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
        """Kill a node."""
        self.cluster.remove_node(self.nodes.pop(name), allow_graceful=False)

    def add(self, name: str, **resources: float) -> None:
        """Start a node."""
        self.nodes[name] = self.cluster.add_node(node_name=name, env_vars=self.environment, **resources)

    def restart(self) -> None:
        """Restart the whole cluster at the same address."""
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
        """Stop the cluster."""
        if self.cluster is not None:
            self.cluster.shutdown()
        if self.network is not None:
            self.network.close()


@contextmanager
def ray_cluster(folder: Path) -> Iterator[RayCluster]:
    """Start the nodes; agents store their files in ``folder/agents``."""
    made = RayCluster(None, {}, {"BAYESDESK_AGENT_HOME": str(folder / "agents")})
    made.start()
    try:
        yield made
    finally:
        made.close()
