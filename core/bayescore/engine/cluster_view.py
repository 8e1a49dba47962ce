"""The nodes of a cluster as the engine saw them last, for windows that do not speak with the cluster."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from bayescore.cluster.address import ClusterAddress
from bayescore.cluster.connection import Node
from bayescore.store import Database, jobs, settings

_KEY = "cluster_nodes"


def publish(database: Database, nodes: Sequence[Node]) -> None:
    """Keep what was seen."""
    with database.write() as connection:
        settings.put(connection, _KEY, json.dumps([asdict(node) for node in nodes]))


def known(connection: sa.Connection) -> tuple[Node, ...]:
    """Nodes of the cluster that a job runs on just now; none where none does."""
    if not any(ClusterAddress.of(job.submission.endpoint) for job in jobs.active(connection)):
        return ()
    said = settings.get(connection, _KEY)
    return tuple(Node(**each) for each in json.loads(said)) if said else ()
