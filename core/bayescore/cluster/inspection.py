"""What nodes would lack for a job, asked before it starts, without agents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bayescore import __version__
from bayescore.cluster.connection import Node, answering
from bayescore.errors import BayesdeskError, RunnerError
from bayescore.i18n import text
from bayescore.store import Input

_ANSWER_S = 30.0  # the first program of a node that Ray has just started takes a while


def lacking(
    ray: Any, nodes: Sequence[Node], inputs: Sequence[Input]
) -> Iterator[tuple[Node, BayesdeskError]]:
    """Nodes that would get no trials of a job that reads these folders, and why."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = {}
    for node in nodes:
        here = NodeAffinitySchedulingStrategy(node.id, soft=False)
        task = ray.remote(look).options(num_cpus=0, max_retries=0, scheduling_strategy=here)
        asked[node] = task.remote(node.name, tuple(bound.on(node.name) for bound in inputs))
    for node, answer in asked.items():
        try:
            with answering(node.name):
                version = ray.get(answer, timeout=_ANSWER_S)
            check_version(node.name, version)
        except BayesdeskError as error:
            yield node, error


def look(node: str, inputs: Sequence[Input]) -> str:
    """See, on a node, that folders are there; the version of Bayesdesk there.

    Raises
    ------
    RunnerError
        When one of them is not.
    """
    for bound in inputs:
        if not Path(bound.source).is_dir():
            raise RunnerError(
                text("The folder {folder} is not on the node {node}.", folder=bound.source, node=node),
                text("Name the node's own folder under “data” in openbayes.local.yaml."),
            )
    return __version__


def check_version(node: str, version: str) -> None:
    """See that a node has this machine's version of Bayesdesk.

    Raises
    ------
    RunnerError
        When it has another.
    """
    if version != __version__:
        raise RunnerError(
            text(
                "The node {node} has Bayesdesk {theirs}, this machine {own}.",
                node=node,
                theirs=version,
                own=__version__,
            ),
            text("Install the same version on every node."),
        )
