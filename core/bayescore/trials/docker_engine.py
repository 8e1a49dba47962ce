"""Finds a container engine as the ``docker`` command does, and connects to it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bayescore.errors import RunnerError, RunnerSilentError
from bayescore.i18n import text
from bayescore.network import bridge_address

if TYPE_CHECKING:
    import docker

_TIMEOUT_S = 60
HOST = "host.docker.internal"  # name of this machine in containers


@dataclass(frozen=True)
class EngineFacts:
    """Properties of an engine."""

    version: str
    rootless: bool
    gpu_runtime: bool
    is_desktop: bool = False


def endpoints(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Endpoints where an engine may be, in order of preference: a URL, or ``context:NAME``."""
    if host := environment.get("DOCKER_HOST"):
        yield host
        return
    if context := environment.get("DOCKER_CONTEXT") or _current_context():
        yield f"context:{context}"
    if os.name == "nt":
        yield "npipe:////./pipe/docker_engine"
        return
    home, runtime = Path.home(), environment.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    for socket in (
        "/var/run/docker.sock",
        f"{runtime}/docker.sock",
        f"{home}/.docker/run/docker.sock",
        f"{home}/.docker/desktop/docker.sock",
        f"{runtime}/podman/podman.sock",
        "/run/podman/podman.sock",
    ):
        if Path(socket).exists():
            yield f"unix://{socket}"


def _current_context() -> str | None:
    from docker.utils.config import load_general_config

    name = load_general_config().get("currentContext")
    return name if isinstance(name, str) and name not in ("", "default") else None


def connect(endpoint: str) -> docker.DockerClient:
    """Connect to an endpoint.

    Raises
    ------
    RunnerError
        If it does not answer.
    """
    import docker
    from docker.errors import DockerException

    try:
        client = docker.DockerClient(timeout=_TIMEOUT_S, max_pool_size=32, **_arguments(endpoint))
        client.ping()
    except (DockerException, OSError, ValueError) as error:
        raise unreachable(endpoint, error) from None
    return client


def _arguments(endpoint: str) -> dict[str, Any]:
    if endpoint.startswith("context:"):
        from docker.context import ContextAPI

        context = ContextAPI.get_context(endpoint.removeprefix("context:"))
        if context is None:
            raise ValueError(f"there is no Docker context {endpoint.removeprefix('context:')}")
        return {"base_url": context.Host, "tls": context.TLSConfig or False}
    if endpoint.startswith("tcp://") and os.environ.get("DOCKER_TLS_VERIFY"):
        from docker.utils import kwargs_from_env

        return dict(kwargs_from_env())
    return {"base_url": endpoint}


def find() -> str:
    """Endpoint of the first engine that answers.

    Raises
    ------
    RunnerError
        If none does; the message is about the preferred one.
    """
    first: RunnerError | None = None
    for endpoint in endpoints():
        try:
            connect(endpoint).close()
        except RunnerError as error:
            first = first or error
        else:
            return endpoint
    raise first or RunnerError(
        text("No Docker engine was found on this machine."),
        text("Install Docker, or set “runner: process” in openbayes.local.yaml to run without containers."),
    )


def unreachable(endpoint: str, error: Exception) -> RunnerError:
    """The error to raise for an engine that does not answer."""
    message = str(error)
    if "Permission denied" in message or "EACCES" in message:
        return RunnerError(
            text("You may not use the Docker engine at {endpoint}.", endpoint=endpoint),
            text("Join its group: sudo usermod -aG docker $USER, then log in again."),
        )
    return RunnerSilentError(
        text("The Docker engine at {endpoint} does not answer.", endpoint=endpoint),
        text("Start it: sudo systemctl start docker, or start Docker Desktop."),
    )


@contextmanager
def answering(endpoint: str) -> Iterator[None]:
    """Raise :class:`RunnerSilentError` if the engine does not answer; its own errors pass through."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    try:
        yield
    except APIError:
        raise
    except RequestException as error:
        raise unreachable(endpoint, error) from None


def facts(client: docker.DockerClient) -> EngineFacts:
    """Properties of a connected engine."""
    info = client.info()
    security = " ".join(info.get("SecurityOptions") or [])
    return EngineFacts(
        version=str(info.get("ServerVersion", "?")),
        rootless="rootless" in security,
        gpu_runtime="nvidia" in (info.get("Runtimes") or {}),
        is_desktop="Docker Desktop" in str(info.get("OperatingSystem")),
    )


def this_machine(engine: EngineFacts) -> str:
    """Address of :data:`HOST` in containers: that of the bridge, or Docker's ``host-gateway``.

    Docker's ``host-gateway`` is empty after an engine with ``live-restore`` was restarted while containers
    ran (seen with 20.10): the hosts file then contains ``<nil>``. An engine in its own namespace or virtual
    machine has another bridge than the one visible here.
    """
    bridge = None if engine.rootless or engine.is_desktop else bridge_address()
    return bridge or "host-gateway"
