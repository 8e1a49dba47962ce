"""The nodes of a cluster as the engine last saw them, for clients that are not connected to it."""

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
    """Store the nodes."""
    with database.write() as connection:
        settings.put(connection, _KEY, json.dumps([asdict(node) for node in nodes]))


def known(connection: sa.Connection) -> tuple[Node, ...]:
    """Nodes of the cluster that a job is running on; empty when no job runs on one."""
    if not any(ClusterAddress.of(job.submission.endpoint) for job in jobs.active(connection)):
        return ()
    stored = settings.get(connection, _KEY)
    return tuple(Node(**node) for node in json.loads(stored)) if stored else ()
