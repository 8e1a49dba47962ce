"""The agents of a cluster, as the head sees them: found or started by the name of their node."""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from bayescore.cluster.agent import NodeAgent
from bayescore.cluster.connection import Node, NodeGoneError, answering, connect, nodes
from bayescore.cluster.inspection import check_version
from bayescore.errors import BayesdeskError, RunnerSilentError
from bayescore.i18n import text

ANSWER_S = 60.0  # for which an agent is waited for
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
        self._prefix = f"agent-{self.home}-{runner}-"
        self._known: dict[str, tuple[str, Any]] = {}  # by name of the node: its id, its agent
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
        identifier, agent = self._known.get(node, ("", None))
        if identifier != found.id:  # made twice at once, it is the same actor
            agent = self._made(found)
            self._known[node] = found.id, agent
        return agent

    def ask(self, node: str, answer: Any) -> Any:
        """What an agent has answered.

        Raises
        ------
        RunnerSilentError
            When it does not answer.
        RunnerError
            Its own errors.
        """
        try:
            with answering(node):
                return self.ray.get(answer, timeout=ANSWER_S)
        except RunnerSilentError:
            self.forget(node)  # it may have been dismissed at the end of another job
            raise

    def forget(self, node: str) -> None:
        """Look for a node's agent anew the next time."""
        self._known.pop(node, None)

    def dismiss(self) -> None:
        """End the agents; the next job starts new ones."""
        self._known.clear()
        for name in self.ray.util.list_named_actors():
            if name.startswith(self._prefix):
                with suppress(ValueError, BayesdeskError):
                    agent = self.ray.get_actor(name)
                    self.ask(name, agent.tidy.remote())
                    self.ray.kill(agent)

    def _made(self, node: Node) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        actor = self.ray.remote(NodeAgent).options(
            name=f"{self._prefix}{node.id}",
            lifetime="detached",
            get_if_exists=True,
            num_cpus=0,
            max_restarts=-1,
            max_concurrency=_AT_ONCE,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False),
        )
        agent = actor.remote(self.home, node.name, self._runner)
        version = self.ask(node.name, agent.version.remote())
        check_version(node.name, version)
        return agent
