"""Finds, starts and calls the agents of a cluster from the head."""

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

ANSWER_S = 60.0  # timeout of a call
_FRESH_S = 1.0
_AT_ONCE = 32  # concurrent calls of an agent


class Agents:
    """One agent per node. Agents outlive the engine, and Ray restarts one that has died.

    Parameters
    ----------
    address
        Address of the cluster.
    folder
        The head's data folder, which distinguishes its agents from those of other heads.
    runner
        Runner of the nodes: ``docker`` or ``process``.
    """

    def __init__(self, address: str, folder: Path, runner: str) -> None:
        self._address = address
        self._runner = runner
        self.home = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        self._prefix = f"agent-{self.home}-{runner}-"
        self._known: dict[str, tuple[str, Any]] = {}  # id and agent, by name of the node
        self._nodes: list[Node] = []
        self._looked_at = -_FRESH_S

    @property
    def ray(self) -> Any:
        """Ray, connected; see :func:`connect` for the errors."""
        return connect(self._address)

    def nodes(self) -> list[Node]:
        """Nodes that were alive within the last second."""
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
            When there is no such node at the moment.
        RunnerError
            When it has another version of Bayesdesk.
        """
        found = next((n for n in self.nodes() if n.name == node), None)
        if found is None:
            raise NodeGoneError(text("The node {node} is not in the cluster.", node=node))
        identifier, agent = self._known.get(node, ("", None))
        if identifier != found.id:  # two concurrent calls get the same actor
            agent = self._start(found)
            self._known[node] = found.id, agent
        return agent

    def ask(self, node: str, answer: Any) -> Any:
        """Wait for the answer of an agent.

        Raises
        ------
        RunnerSilentError
            When it does not answer.
        RunnerError
            When the agent raised it.
        """
        try:
            with answering(node):
                return self.ray.get(answer, timeout=ANSWER_S)
        except RunnerSilentError:
            self.forget(node)  # it may have been stopped at the end of another job
            raise

    def forget(self, node: str) -> None:
        """Look up a node's agent again at the next call."""
        self._known.pop(node, None)

    def stop_all(self) -> None:
        """Stop all agents; the next job starts new ones."""
        self._known.clear()
        for name in self.ray.util.list_named_actors():
            if name.startswith(self._prefix):
                with suppress(ValueError, BayesdeskError), answering(name):
                    agent = self.ray.get_actor(name)
                    with suppress(BayesdeskError):  # one that is silent is stopped, too
                        self.ask(name, agent.remove_old_snapshots.remote())
                    self.ray.kill(agent)

    def _start(self, node: Node) -> Any:
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
