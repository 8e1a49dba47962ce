"""An examination of this machine: what trials need, whether it is there, what mends it."""

from __future__ import annotations

import platform
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from bayescore.errors import BayesdeskError, RunnerError
from bayescore.files import check_ancestors
from bayescore.i18n import N_, Text, text
from bayescore.listener.addresses import listening
from bayescore.network import TRIALS_BRIDGE, bridge_address
from bayescore.store import Database, DataFolder
from bayescore.trials import docker_engine
from bayescore.trials.gpus import visible
from bayescore.trials.networks import NAME, trials_network

if TYPE_CHECKING:
    import docker

_LOW_DISK = 5 * 2**30
_KNOCK_S = 20
# wget, then python, then bash: images have at least one of them
_KNOCK = """wget -q -T 5 -O /dev/null "$URL" 2>/dev/null ||
python3 -c "import os,urllib.request as u; u.urlopen(os.environ['URL'], timeout=5)" 2>/dev/null ||
python -c "import os,urllib.request as u; u.urlopen(os.environ['URL'], timeout=5)" 2>/dev/null ||
bash -c 'exec 3<>/dev/tcp/host.docker.internal/$PORT &&
  printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && grep -q 200 <&3'
"""


class Grade(StrEnum):
    """How grave a finding is."""

    OK = N_("ok")
    WARNING = N_("warning")
    PROBLEM = N_("problem")


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``mend`` is a command or what to do."""

    topic: str
    grade: Grade
    message: Text
    mend: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {
            "topic": self.topic,
            "grade": str(self.grade),
            "message": self.message.render(),
            "mend": self.mend.render() if self.mend else None,
        }


def examine(image: str | None = None) -> list[Finding]:
    """Everything, in the order of what depends on what.

    Parameters
    ----------
    image
        Image for the container that tries to reach the listener; by default the first one there is.
    """
    return [*_python(), *_data_folder(), *_docker(image)]


def _python() -> Iterator[Finding]:
    yield Finding("python", Grade.OK, text("Python {version}", version=platform.python_version()))


def _data_folder() -> Iterator[Finding]:
    folder = DataFolder.default()
    try:
        Database(folder).open().close()
    except BayesdeskError as error:
        yield Finding("data", Grade.PROBLEM, error.message, error.hint)
        return
    yield Finding("data", Grade.OK, text("Data folder {folder}", folder=folder.root))
    try:
        check_ancestors(folder.root)
    except OSError as error:
        mend = text("Close it to them, or set BAYESDESK_HOME to a folder elsewhere.")
        message = text(
            "Other accounts can put another folder in the place of {folder}: {reason}.",
            folder=folder.root,
            reason=f"{error.strerror} ({error.filename})",
        )
        yield Finding("way", Grade.WARNING, message, mend)
    left = shutil.disk_usage(folder.root).free
    message = text("{left:.1f} GiB are free on its disk", left=left / 2**30)
    if left < _LOW_DISK:
        mend = text("Free some space, or set BAYESDESK_HOME to a folder on another disk.")
        yield Finding("disk", Grade.WARNING, message, mend)
    else:
        yield Finding("disk", Grade.OK, message)


def _docker(image: str | None) -> Iterator[Finding]:
    try:
        endpoint = docker_engine.find()
        client = docker_engine.connect(endpoint)
    except RunnerError as error:
        yield Finding("docker", Grade.WARNING, error.message, error.hint)
        yield from _gpus(None)
        return
    facts = docker_engine.facts(client)
    mode = text(", rootless") if facts.rootless else Text("")
    yield Finding(
        "docker",
        Grade.OK,
        text("Docker {version} at {endpoint}{mode}", version=facts.version, endpoint=endpoint, mode=mode),
    )
    tags = [tag for i in client.images.list() for tag in i.tags]
    if not tags and image is None:
        mend = text("docker pull python:3.11")
        yield Finding("images", Grade.WARNING, text("There is no image on this machine yet."), mend)
    else:
        yield Finding("images", Grade.OK, text("{count} images on this machine", count=len(tags)))
        yield container_reaches(client, image or tags[0], facts)
    yield from keeps_apart(client)
    yield from _gpus(facts)
    client.close()


def container_reaches(client: docker.DockerClient, image: str, facts: docker_engine.EngineFacts) -> Finding:
    """Try what every trial does: reach a port of this machine from inside a container."""
    from docker.errors import DockerException

    address, network = bridge_address() or "127.0.0.1", trials_network(client)
    server = HTTPServer((address, 0), _Answer, bind_and_activate=False)
    server.socket.close()
    server.socket = listening(address, 0)
    port = server.socket.getsockname()[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        container = client.containers.run(
            image,
            entrypoint=["/bin/sh", "-c", _KNOCK],
            environment={"URL": f"http://host.docker.internal:{port}/", "PORT": str(port)},
            extra_hosts={docker_engine.HOST: docker_engine.this_machine(facts)},
            network=network,
            detach=True,
        )
        try:
            code = container.wait(timeout=_KNOCK_S)["StatusCode"]
        finally:
            container.remove(force=True)
    except (DockerException, OSError) as error:
        return Finding(
            "reach", Grade.PROBLEM, text("A container could not be run: {error}.", error=str(error))
        )
    finally:
        server.shutdown()
        server.server_close()
    if code == 0:
        return Finding("reach", Grade.OK, text("A container reaches this machine's listener"))
    if facts.rootless:
        return Finding(
            "reach",
            Grade.WARNING,
            text("Containers of this rootless engine do not reach this machine."),
            text(
                "Metrics arrive all the same, through a file, every few seconds; "
                "keep “inject_client: true”, for an installed openbayestool cannot do that."
            ),
        )
    return Finding(
        "reach",
        Grade.PROBLEM,
        text(
            "A container cannot reach port {port} of this machine at {address}.", port=port, address=address
        ),
        _reach_mend(address, TRIALS_BRIDGE if network == NAME else "docker0"),
    )


def _reach_mend(address: str, interface: str) -> Text:
    if bridge_address() is None:
        return text(
            "There is no docker0 bridge here; use “runner: process”, or look at the engine's network."
        )
    if shutil.which("ufw"):
        return text(
            "A firewall drops it: sudo ufw allow in on {interface} to {address}",
            interface=interface,
            address=address,
        )
    return text(
        "A firewall drops it: sudo iptables -I INPUT -i {interface} -d {address} -j ACCEPT",
        interface=interface,
        address=address,
    )


def keeps_apart(client: docker.DockerClient) -> Iterator[Finding]:
    """Whether trials' containers are kept from reaching each other; nothing to say when they are."""
    if trials_network(client) != NAME:
        yield Finding(
            "network",
            Grade.WARNING,
            text(
                "Trials in containers can reach each other: this engine has no network that keeps them apart."
            ),
            text(
                "Use Docker's engine as root runs it. Where it has another network of that name, remove it: "
                "docker network rm {name}",
                name=NAME,
            ),
        )


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""


def _gpus(facts: docker_engine.EngineFacts | None) -> Iterator[Finding]:
    gpus = visible()
    if not gpus:
        mend = text("Where there is one, install the NVIDIA driver: nvidia-smi must list it.")
        yield Finding("gpus", Grade.WARNING, text("No GPU is visible; trials run on the CPU."), mend)
        return
    for gpu in gpus:
        message = text(
            "GPU {index}: {name}, {total:.1f} GiB, {used:.1f} GiB in use",
            index=gpu.index,
            name=gpu.name,
            total=gpu.memory_total / 2**30,
            used=gpu.memory_used / 2**30,
        )
        yield Finding("gpus", Grade.OK, message)
    if facts is not None:
        yield from gpu_toolkit(facts)


def gpu_toolkit(facts: docker_engine.EngineFacts) -> Iterator[Finding]:
    """Whether containers can get GPUs; nothing to say when they can."""
    if not facts.gpu_runtime and shutil.which("nvidia-container-runtime-hook") is None:
        mend = text("Install it: sudo apt install nvidia-container-toolkit && sudo systemctl restart docker")
        yield Finding(
            "toolkit",
            Grade.WARNING,
            text("Containers get no GPU: the NVIDIA Container Toolkit is missing."),
            mend,
        )
