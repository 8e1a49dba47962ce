"""Checks, before a job starts and without agents, which nodes cannot run it."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bayescore import __version__
from bayescore.cluster.connection import Node, answering
from bayescore.errors import BayesdeskError, RunnerError
from bayescore.i18n import text
from bayescore.store import InPlace, Input

_ANSWER_S = 30.0  # the first task on a new node is slow


def lacking(
    ray: Any, nodes: Sequence[Node], inputs: Sequence[Input], in_place: Sequence[InPlace] = ()
) -> Iterator[tuple[Node, BayesdeskError]]:
    """Nodes that cannot run a job that reads these folders and uses these in place, and the reasons."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    asked = {}
    for node in nodes:
        here = NodeAffinitySchedulingStrategy(node.id, soft=False)
        task = ray.remote(check_folders).options(num_cpus=0, max_retries=0, scheduling_strategy=here)
        folders = tuple(bound.on(node.name) for bound in inputs)
        asked[node] = task.remote(node.name, folders, tuple(in_place))
    for node, answer in asked.items():
        try:
            with answering(node.name):
                version = ray.get(answer, timeout=_ANSWER_S)
            check_version(node.name, version)
        except BayesdeskError as error:
            yield node, error


def check_folders(node: str, inputs: Sequence[Input], in_place: Sequence[InPlace] = ()) -> str:
    """Check that folders are on this node, and what is used in place and not sent there.

    Returns
    -------
    str
        The node's version of Bayesdesk.

    Raises
    ------
    RunnerError
        When one of them is missing, or a file has another size.
    """
    for each in in_place:
        if not each.send:
            _check_in_place(node, each)
    for bound in inputs:
        if not Path(bound.source).is_dir():
            raise RunnerError(
                text("The folder {folder} is not on the node {node}.", folder=bound.source, node=node),
                text("Name the node's own folder under “data” in openbayes.local.yaml."),
            )
    return __version__


def _check_in_place(node: str, each: InPlace) -> None:
    place = Path(each.source)
    try:
        status = place.stat()
    except OSError:
        status = None
    if status is not None and stat.S_ISDIR(status.st_mode) == each.is_folder:
        if each.is_folder or status.st_size == each.size:
            return
        message = text("{file} on the node {node} has another size.", file=each.source, node=node)
    else:
        message = text("{file} is not on the node {node}.", file=each.source, node=node)
    hint = text("Put it there under the same path, or send it: “send: [{path}]”.", path=each.path)
    raise RunnerError(message, hint)


def check_version(node: str, version: str) -> None:
    """Check that a node has this machine's version of Bayesdesk.

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
