"""Finding a container engine as the ``docker`` command finds it, and talking to it."""

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
HOST = "host.docker.internal"  # what containers call this machine


@dataclass(frozen=True)
class EngineFacts:
    """What matters about an engine."""

    version: str
    rootless: bool
    gpu_runtime: bool
    is_desktop: bool = False


def endpoints(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Where an engine may be, best first: a URL, or ``context:NAME``."""
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
    """Client of one endpoint, once it has answered.

    Raises
    ------
    RunnerError
        With what to do, when it does not answer.
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
        When none does; the message is about the likeliest one.
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
    """Why an engine does not answer, as a message with a way out."""
    said = str(error)
    if "Permission denied" in said or "EACCES" in said:
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
    """Turn the silence of an engine into :class:`RunnerSilentError`; its own words pass."""
    from docker.errors import APIError
    from requests.exceptions import RequestException

    try:
        yield
    except APIError:
        raise
    except RequestException as error:
        raise unreachable(endpoint, error) from None


def facts(client: docker.DockerClient) -> EngineFacts:
    """What matters about an engine that answers."""
    info = client.info()
    security = " ".join(info.get("SecurityOptions") or [])
    return EngineFacts(
        version=str(info.get("ServerVersion", "?")),
        rootless="rootless" in security,
        gpu_runtime="nvidia" in (info.get("Runtimes") or {}),
        is_desktop="Docker Desktop" in str(info.get("OperatingSystem")),
    )


def this_machine(engine: EngineFacts) -> str:
    """What :data:`HOST` is to mean in a container: the bridge's address, or what Docker makes of it.

    Docker's own ``host-gateway`` is empty once an engine with ``live-restore`` was restarted while
    containers ran (seen with 20.10): their hosts file then says ``<nil>``.  Where the engine is in a
    namespace or a machine of its own, the bridge that one sees here is not its.
    """
    own = None if engine.rootless or engine.is_desktop else bridge_address()
    return own or "host-gateway"
