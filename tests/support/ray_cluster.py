"""A real Ray cluster on this machine: a head and two more nodes that claim to have GPUs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class RayCluster:
    """Three nodes: ``a`` is the head, without GPUs; ``b`` has one, ``c`` two."""

    cluster: Any
    nodes: dict[str, Any]

    @property
    def address(self) -> str:
        """``host:port`` of the head."""
        return str(self.cluster.address)

    def remove(self, name: str) -> None:
        """A node's end, without a word."""
        self.cluster.remove_node(self.nodes.pop(name), allow_graceful=False)

    def add(self, name: str, **resources: float) -> None:
        """A node comes, or comes back."""
        self.nodes[name] = self.cluster.add_node(node_name=name, **resources)


@contextmanager
def ray_cluster(folder: Path) -> Iterator[RayCluster]:
    """Start the nodes; agents keep their files below ``folder``."""
    os.environ["BAYESDESK_AGENT_HOME"] = str(folder / "agents")
    os.environ["RAY_DISABLE_IMPORT_WARNING"] = "1"
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 4, "num_gpus": 0, "node_name": "a", "include_dashboard": False}
    made = RayCluster(Cluster(initialize_head=True, head_node_args=head), {})
    try:
        made.nodes["a"] = made.cluster.head_node
        made.add("b", num_cpus=4, num_gpus=1)
        made.add("c", num_cpus=4, num_gpus=2)
        yield made
    finally:
        made.cluster.shutdown()
        os.environ.pop("BAYESDESK_AGENT_HOME")
