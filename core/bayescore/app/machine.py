"""The state of this machine: its GPUs and what uses them, the container engine and its images."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from bayescore.app import engine_control
from bayescore.app.engine_control import EngineStatus
from bayescore.cluster import known_nodes
from bayescore.cluster.connection import Node
from bayescore.errors import RunnerError
from bayescore.store import Database, free_gpus, jobs, trials
from bayescore.times import now
from bayescore.trials import docker_engine, images
from bayescore.trials.gpus import Gpu, visible


@dataclass(frozen=True)
class LocalImage:
    """A tagged image of the container engine; its size in bytes."""

    tag: str
    size: int


@dataclass(frozen=True)
class Containers:
    """The container engine: its version, or why it does not answer, and its images by tag."""

    version: str | None = None
    problem: str = ""
    images: tuple[LocalImage, ...] = ()

    def has(self, tag: str) -> bool:
        """Whether an image is on this machine."""
        full = tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"
        return any(image.tag == full for image in self.images)


@dataclass(frozen=True)
class Machine:
    """The state of this machine at one moment.

    Attributes
    ----------
    holders
        Trials that have leased a GPU, as ``name #number``, by its UUID; for a cluster by ``node/GPU``.
    nodes
        Nodes of the cluster that jobs run on.
    left_free
        Until when a GPU is left free for others, by its UUID.
    """

    engine: EngineStatus
    gpus: tuple[Gpu, ...] = ()
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    left_free: Mapping[str, str] = field(default_factory=dict)


def look(database: Database) -> Machine:
    """The engine, the GPUs and what uses them; takes a few milliseconds."""
    gpus = tuple(visible())
    with database.read() as connection:
        nodes = known_nodes.known(connection)
        holders = _holders(connection) if gpus or nodes else {}
        left_free = free_gpus.current(connection, now()) if gpus else {}
    return Machine(engine_control.status(database.folder), gpus, holders, nodes, left_free)


def containers() -> Containers:
    """The container engine and its images; may take seconds."""
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
        in_order = tuple(found[tag] for tag in sorted(found))
        return Containers(docker_engine.facts(client).version, images=in_order)
    finally:
        client.close()


def pull_image(
    image: str,
    *,
    mirror: str | None,
    report: Callable[[images.PullProgress], None],
    cancelled: threading.Event,
) -> None:
    """Pull an image; returns when it is on this machine.

    Parameters
    ----------
    mirror
        Registry mirror to pull from.
    report
        Called with the progress.
    cancelled
        Stops the pull when it is set; layers that are complete are kept.

    Raises
    ------
    RunnerError
        When the engine does not answer, the image cannot be pulled, or the pull is cancelled.
    """

    def pause(seconds: float) -> None:
        cancelled.wait(seconds)

    client = docker_engine.connect(docker_engine.find())
    try:
        images.pull(client, image, mirror=mirror, report=report, cancelled=cancelled.is_set, pause=pause)
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
