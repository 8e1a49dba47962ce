"""A test container that tries what every trial in a container does: reach a port of this machine."""

from __future__ import annotations

import shutil
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from bayescore.app.findings import Finding
from bayescore.config import Severity
from bayescore.i18n import Text, text
from bayescore.listener.addresses import listening
from bayescore.network import TRIALS_BRIDGE, bridge_address
from bayescore.trials import docker_engine
from bayescore.trials.networks import NAME, trials_network

if TYPE_CHECKING:
    import docker

_TIMEOUT_S = 20
# wget, then python, then bash: images have at least one of them
_REQUEST = """wget -q -T 5 -O /dev/null "$URL" 2>/dev/null ||
python3 -c "import os,urllib.request as u; u.urlopen(os.environ['URL'], timeout=5)" 2>/dev/null ||
python -c "import os,urllib.request as u; u.urlopen(os.environ['URL'], timeout=5)" 2>/dev/null ||
bash -c 'exec 3<>/dev/tcp/host.docker.internal/$PORT &&
  printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3 && grep -q 200 <&3'
"""


def container_access(client: docker.DockerClient, image: str, facts: docker_engine.EngineFacts) -> Finding:
    """Run the test container and report whether it reached this machine."""
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
            entrypoint=["/bin/sh", "-c", _REQUEST],
            environment={"URL": f"http://host.docker.internal:{port}/", "PORT": str(port)},
            extra_hosts={docker_engine.HOST: docker_engine.this_machine(facts)},
            network=network,
            detach=True,
        )
        try:
            code = container.wait(timeout=_TIMEOUT_S)["StatusCode"]
        finally:
            container.remove(force=True)
    except (DockerException, OSError) as error:
        return Finding(
            "reach", Severity.ERROR, text("A container could not be run: {error}.", error=str(error))
        )
    finally:
        server.shutdown()
        server.server_close()
    if code == 0:
        return Finding("reach", Severity.OK, text("A container reaches this machine's listener"))
    if facts.rootless:
        return Finding(
            "reach",
            Severity.WARNING,
            text("Containers of this rootless Docker engine cannot reach this machine."),
            text(
                "Metrics still arrive, through a file, every few seconds. "
                "Keep “inject_client: true”: an installed openbayestool cannot write that file."
            ),
        )
    return Finding(
        "reach",
        Severity.ERROR,
        text(
            "A container cannot reach port {port} of this machine at {address}.", port=port, address=address
        ),
        _firewall_fix(address, TRIALS_BRIDGE if network == NAME else "docker0"),
    )


def _firewall_fix(address: str, interface: str) -> Text:
    if bridge_address() is None:
        return text(
            "This machine has no docker0 bridge. Use “runner: process”, or check the Docker engine's network."
        )
    if shutil.which("ufw"):
        return text(
            "A firewall drops the connection: sudo ufw allow in on {interface} to {address}",
            interface=interface,
            address=address,
        )
    return text(
        "A firewall drops the connection: sudo iptables -I INPUT -i {interface} -d {address} -j ACCEPT",
        interface=interface,
        address=address,
    )


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing."""
