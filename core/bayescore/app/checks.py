"""Checks of this machine that diagnostics and the checks before a start share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bayescore.app.findings import Finding
from bayescore.config import Severity
from bayescore.errors import BayesdeskError
from bayescore.i18n import Text, text
from bayescore.trials import docker_engine
from bayescore.trials.networks import NAME, trials_network

if TYPE_CHECKING:
    import docker

_LOW_DISK_BYTES = 5 * 2**30


def disk(folder: Path) -> Finding:
    """Whether enough space is left for results."""
    left = shutil.disk_usage(folder).free
    message = text("{left:.1f} GiB free on the disk of the data folder", left=left / 2**30)
    if left >= _LOW_DISK_BYTES:
        return Finding("disk", Severity.OK, message)
    fix = text("Free some space, or set BAYESDESK_HOME to a folder on another disk.")
    return Finding("disk", Severity.WARNING, message, fix)


@dataclass(frozen=True)
class DockerCheck:
    """Whether the Docker engine answers; ``client`` and ``facts`` are ``None`` when it does not."""

    finding: Finding
    client: docker.DockerClient | None = None
    facts: docker_engine.EngineFacts | None = None


@contextmanager
def docker_answers(endpoint: str | None, otherwise: Severity) -> Iterator[DockerCheck]:
    """Connect to the Docker engine for the time of the checks.

    Parameters
    ----------
    endpoint
        ``None`` for the first engine of this machine that answers.
    otherwise
        Severity of the finding when it does not answer.
    """
    try:
        endpoint = endpoint or docker_engine.find()
        client = docker_engine.connect(endpoint)
    except BayesdeskError as error:
        yield DockerCheck(Finding.of_error("docker", error, otherwise))
        return
    try:
        facts = docker_engine.facts(client)
        mode = text(", rootless") if facts.rootless else Text("")
        message = text(
            "Docker {version} at {endpoint}{mode}", version=facts.version, endpoint=endpoint, mode=mode
        )
        yield DockerCheck(Finding("docker", Severity.OK, message), client, facts)
    finally:
        client.close()


def network_isolation(client: docker.DockerClient) -> Iterator[Finding]:
    """A warning when trials' containers can reach each other."""
    if trials_network(client) != NAME:
        yield Finding(
            "network",
            Severity.WARNING,
            text("Trials in containers can reach each other: this Docker engine has no isolated network."),
            text(
                "Use a Docker engine that runs as root. If it has another network named {name}, remove it: "
                "docker network rm {name}",
                name=NAME,
            ),
        )


def gpu_toolkit(facts: docker_engine.EngineFacts) -> Iterator[Finding]:
    """A warning when containers cannot use GPUs."""
    if not facts.gpu_runtime and shutil.which("nvidia-container-runtime-hook") is None:
        yield Finding(
            "toolkit",
            Severity.WARNING,
            text("Containers cannot use GPUs: the NVIDIA Container Toolkit is missing."),
            text("Install it: sudo apt install nvidia-container-toolkit && sudo systemctl restart docker"),
        )
