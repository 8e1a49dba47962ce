"""What this machine is doing: its GPUs and who has them, the container engine and its images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from bayescore.app import engine_control
from bayescore.app.engine_control import EngineStatus
from bayescore.cluster.connection import Node
from bayescore.engine import cluster_view
from bayescore.errors import RunnerError
from bayescore.store import Database, jobs, trials
from bayescore.trials import docker_engine
from bayescore.trials.gpus import Gpu, processes, visible


@dataclass(frozen=True)
class LocalImage:
    """A tagged image of the container engine; its size in bytes."""

    tag: str
    size: int


@dataclass(frozen=True)
class Containers:
    """The container engine: its version, or why there is none, and its images by tag."""

    version: str | None = None
    problem: str = ""
    images: tuple[LocalImage, ...] = ()

    def has(self, tag: str) -> bool:
        """Whether an image is on this machine."""
        wanted = tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"
        return any(image.tag == wanted for image in self.images)


@dataclass(frozen=True)
class Machine:
    """One look at this machine.

    Attributes
    ----------
    holders
        By a GPU's UUID: the trials that have it, as ``name #number``.
    processes
        By a GPU's UUID: the programs that compute on it, as ``name (pid)``.
    nodes
        Of the cluster that jobs run on; ``holders`` has their places as ``node/GPU``.
    """

    engine: EngineStatus
    gpus: tuple[Gpu, ...] = ()
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    processes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()


def look(database: Database) -> Machine:
    """The engine, the GPUs and who has them; takes a few milliseconds."""
    gpus = tuple(visible())
    with database.read() as connection:
        nodes = cluster_view.known(connection)
        holders = _holders(connection) if gpus or nodes else {}
    return Machine(engine_control.status(database.folder), gpus, holders, processes() if gpus else {}, nodes)


def containers() -> Containers:
    """The container engine and its images; asks the engine, so it may take seconds."""
    try:
        client = docker_engine.connect(docker_engine.find())
    except RunnerError as error:
        return Containers(problem=str(error))
    try:
        found = {
            tag: LocalImage(tag, int(image.attrs.get("Size") or 0))
            for image in client.images.list()
            for tag in image.tags
        }
        images = tuple(found[tag] for tag in sorted(found))
        return Containers(docker_engine.facts(client).version, images=images)
    finally:
        client.close()


def _holders(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for trial in trials.active(connection):
        if trial.gpus:
            name = jobs.get(connection, trial.job).submission.name
            for gpu in trial.gpus:
                found.setdefault(gpu, []).append(f"{name} #{trial.number}")
    return {gpu: tuple(names) for gpu, names in found.items()}
