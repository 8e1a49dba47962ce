"""The agents of a cluster, as the head sees them: found or started by the name of their node."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

from bayescore import __version__
from bayescore.cluster.agent import NodeAgent
from bayescore.cluster.connection import Node, NodeGoneError, answering, connect, nodes
from bayescore.errors import RunnerError
from bayescore.i18n import text

ANSWER_S = 60.0
_FRESH_S = 1.0
_AT_ONCE = 32  # calls that an agent answers at the same time


class Agents:
    """One agent per node; each outlives the engine and is started again by Ray when it dies.

    Parameters
    ----------
    address
        Of the cluster.
    folder
        The head's data folder, by which its agents are told from another head's.
    runner
        What runs trials on the nodes: ``docker`` or ``process``.
    """

    def __init__(self, address: str, folder: Path, runner: str) -> None:
        self._address = address
        self._runner = runner
        self.home = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        self._known: dict[str, Any] = {}
        self._nodes: list[Node] = []
        self._looked_at = -_FRESH_S

    @property
    def ray(self) -> Any:
        """Ray, connected; see :func:`connect` for the errors."""
        return connect(self._address)

    def nodes(self) -> list[Node]:
        """Nodes that are alive, as of no more than a second ago."""
        if time.monotonic() - self._looked_at > _FRESH_S:
            with answering(self._address):
                self._nodes = nodes(self.ray)
            self._looked_at = time.monotonic()
        return self._nodes

    def on(self, node: str) -> Any:
        """The agent of a node.

        Raises
        ------
        NodeGoneError
            When there is no such node just now.
        RunnerError
            When it has another version of Bayesdesk.
        """
        found = next((n for n in self.nodes() if n.name == node), None)
        if found is None:
            raise NodeGoneError(text("The node {node} is not in the cluster.", node=node))
        known = self._known.get(found.id)
        if known is None:  # made twice at once, it is the same actor
            known = self._known[found.id] = self._made(found)
        return known

    def forget(self, node: str) -> None:
        """Look for a node's agent anew the next time."""
        for identifier in [n.id for n in self.nodes() if n.name == node]:
            self._known.pop(identifier, None)

    def _made(self, node: Node) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = self.ray.remote(NodeAgent).options(
            name=f"agent-{self.home}-{self._runner}-{node.id}",
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=_AT_ONCE,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        )
        agent = actor.remote(self.home, node.name, self._runner)
        with answering(node.name):
            version = self.ray.get(agent.version.remote(), timeout=ANSWER_S)
        if version != __version__:
            raise RunnerError(
                text(
                    "The node {node} has Bayesdesk {theirs}, this machine {own}.",
                    node=node.name,
                    theirs=version,
                    own=__version__,
                ),
                text("Install the same version on every node."),
            )
        return agent
