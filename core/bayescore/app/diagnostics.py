"""Diagnostics of this machine: what trials need, whether it is there, and how to fix problems."""

from __future__ import annotations

import platform
from collections.abc import Iterator

from bayescore.app.checks import DockerCheck, disk, docker_answers, gpu_toolkit, network_isolation
from bayescore.app.container_access import container_access
from bayescore.app.findings import Finding
from bayescore.app.input_method import input_method
from bayescore.config import Severity
from bayescore.errors import BayesdeskError
from bayescore.files import check_ancestors, reason_of
from bayescore.i18n import ntext, text
from bayescore.store import Database, DataFolder
from bayescore.trials.docker_engine import EngineFacts
from bayescore.trials.gpus import visible


def diagnose(image: str | None = None) -> list[Finding]:
    """Run all checks; a check comes after those that it depends on.

    Parameters
    ----------
    image
        Image of the test container; by default the first image of the engine.
    """
    python = Finding("python", Severity.OK, text("Python {version}", version=platform.python_version()))
    with docker_answers(None, otherwise=Severity.WARNING) as docker:
        machine = [docker.finding, *_containers(docker, image), *_gpus(docker.facts)]
        return [python, *_data_folder(), *machine, *input_method()]


def _data_folder() -> Iterator[Finding]:
    folder = DataFolder.default()
    try:
        Database(folder).open().close()
    except BayesdeskError as error:
        yield Finding.of_error("data", error)
        return
    yield Finding("data", Severity.OK, text("Data folder {folder}", folder=folder.root))
    try:
        check_ancestors(folder.root)
    except OSError as error:
        message = text(
            "Other accounts can replace {folder}: {reason}.",
            folder=folder.root,
            reason=f"{reason_of(error)} ({error.filename})",
        )
        fix = text("Remove their write access, or set BAYESDESK_HOME to another folder.")
        yield Finding("way", Severity.WARNING, message, fix)
    yield disk(folder.root)


def _containers(docker: DockerCheck, image: str | None) -> Iterator[Finding]:
    if docker.client is None or docker.facts is None:
        return
    tags = [tag for found in docker.client.images.list() for tag in found.tags]
    if tags or image is not None:
        yield Finding(
            "images",
            Severity.OK,
            ntext("{count} image on this machine", "{count} images on this machine", count=len(tags)),
        )
        yield container_access(docker.client, image or tags[0], docker.facts)
    else:
        message = text("There is no image on this machine yet.")
        yield Finding("images", Severity.WARNING, message, text("docker pull python:3.11"))
    yield from network_isolation(docker.client)


def _gpus(facts: EngineFacts | None) -> Iterator[Finding]:
    gpus = visible()
    if not gpus:
        message = text("No GPU is visible; trials run on the CPU.")
        fix = text("If this machine has one, install the NVIDIA driver: nvidia-smi must list the GPU.")
        yield Finding("gpus", Severity.WARNING, message, fix)
        return
    for gpu in gpus:
        message = text(
            "GPU {index}: {name}, {total:.1f} GiB, {used:.1f} GiB in use",
            index=gpu.index,
            name=gpu.name,
            total=gpu.memory_total / 2**30,
            used=gpu.memory_used / 2**30,
        )
        yield Finding("gpus", Severity.OK, message)
    if facts is not None:
        yield from gpu_toolkit(facts)
