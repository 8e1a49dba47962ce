"""What a container of a trial is created with: mounts, limits, user, environment, the first process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bayescore.config import CommandShell
from bayescore.resources import resource
from bayescore.trials import docker_engine
from bayescore.trials.image_names import parse_image
from bayescore.trials.launch import Launch
from bayescore.trials.neighbours import THREADS
from bayescore.trials.networks import trials_network
from bayescore.trials.supervisor.bounded_log import HALF_BYTES

if TYPE_CHECKING:
    import docker

_HOME = "/openbayes/user"
_CLIENT = "/openbayes/client"
_SPOOL = "/openbayes/spool"
_WORKING = ("/output", "/openbayes/home")  # the working directory and its other name
_SHELLS = {CommandShell.SH: "/bin/sh", CommandShell.BASH: "bash"}
# Capabilities that root in a container needs to handle its files and processes, and to install packages.
_OF_ROOT = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID")
# Process 1 of a container ignores SIGTERM unless it handles it, and a shell does not forward it.
# The shell between process 1 and the program ends at once, so process 1 waits for the program itself.
_INIT = """trap 'asked=1; kill -TERM -1 2>/dev/null' TERM
"$1" -c "$0" & child=$!
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
while [ -n "$asked" ] && kill -0 -1 2>/dev/null; do sleep 0.1 2>/dev/null || sleep 1; done
exit "$code"
"""


@dataclass(frozen=True)
class EngineHost:
    """What containers must know of the machine of their engine.

    Attributes
    ----------
    rootless
        Whether the engine belongs to this user, whom root in a container then is.
    address
        Where containers reach the machine.
    """

    rootless: bool
    address: str


def container_config(
    client: docker.DockerClient, launch: Launch, labels: Mapping[str, str], host: EngineHost
) -> dict[str, Any]:
    """What Docker is asked to create for a launch.

    Parameters
    ----------
    labels
        Of the container.
    host
        The machine that the container runs on.
    """
    from docker.types import LogConfig

    api = client.api
    limits = launch.limits
    user = "0:0" if host.rootless or os.name == "nt" else f"{os.getuid()}:{os.getgid()}"
    host_config = api.create_host_config(
        binds=_binds(launch),
        mounts=_mounts(launch),
        extra_hosts={docker_engine.HOST: host.address},
        mem_limit=limits.memory,
        memswap_limit=limits.memory,  # without this, as much swap is allowed again
        shm_size=limits.shm_size,
        pids_limit=limits.pids,
        network_mode=trials_network(client),
        nano_cpus=int(limits.cpus * 1e9) if limits.cpus else None,
        device_requests=_devices(launch),
        log_config=LogConfig(type="json-file", config={"max-size": str(HALF_BYTES), "max-file": "2"}),
        security_opt=["no-new-privileges:true"],
        cap_drop=["ALL"],
        cap_add=list(_OF_ROOT) if user.startswith("0:") else None,
    )
    config: dict[str, Any] = api.create_container_config(
        str(launch.image),
        command=[launch.command, _SHELLS[launch.shell]],
        user=user,
        working_dir="/output",
        environment=_environment(launch, _image_environment(client, str(launch.image))),
        labels=dict(labels),
        entrypoint=["/bin/sh", "-c", _INIT],
        host_config=host_config,
    )
    return config


def _environment(launch: Launch, of_image: Mapping[str, str]) -> dict[str, str]:
    environment = {
        "HOME": _HOME,
        "USER": "bayesdesk",
        "LOGNAME": "bayesdesk",
        "BAYESDESK_SPOOL": f"{_SPOOL}/points.jsonl",
        THREADS: of_image.get(THREADS) or str(launch.threads),
        **launch.environment,
        **launch.secrets,
    }
    if launch.inject_client:
        earlier = environment.get("PYTHONPATH") or of_image.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{_CLIENT}:{earlier}" if earlier else _CLIENT
    return environment


def _image_environment(client: docker.DockerClient, image: str) -> dict[str, str]:
    """Environment variables that an image sets."""
    parse_image(image)
    found = client.api.inspect_image(image)  # type: ignore[no-untyped-call]
    variables = found["Config"].get("Env") or []
    return dict(v.partition("=")[::2] for v in variables)


def _binds(launch: Launch) -> list[str]:
    folder = launch.folder
    binds = [f"{folder.output}:{place}:rw" for place in _WORKING]
    binds += [f"{folder.home}:{_HOME}:rw", f"{folder.spool}:{_SPOOL}:rw"]
    if launch.inject_client:
        binds.append(f"{resource('client')}:{_CLIENT}:ro")
    for bound in launch.inputs:
        name, mode = bound.path.lstrip("/"), "rw" if bound.writable else "ro"
        binds += [
            f"{bound.source}:{place}:{mode}"
            for place in (bound.path, f"/openbayes/input/{name}", f"/openbayes/inputs/{name}")
        ]
    return binds


def _mounts(launch: Launch) -> list[Any]:
    """Mounts of what is used in place; unlike those of binds, their paths may contain colons."""
    from docker.types import Mount

    return [
        Mount(f"{place}/{each.path}", each.source, type="bind", read_only=not each.writable)
        for each in launch.content.in_place
        for place in _WORKING
    ]


def _devices(launch: Launch) -> list[Any] | None:
    if not launch.gpus:
        return None
    from docker.types import DeviceRequest

    return [DeviceRequest(driver="nvidia", device_ids=list(launch.gpus), capabilities=[["gpu"]])]
