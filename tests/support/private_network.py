"""A private network between this machine and a node on it, which can be interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

_BRIDGE = "bayesdesk-br"
_SPACE = "bayesdesk-node"
_LINK = "bayesdesk-ln"
HERE = "10.231.7.1"
THERE = "10.231.7.2"


class PrivateNetwork:
    """A bridge on this machine and a network namespace connected to it; needs root."""

    def start(self) -> None:
        """Create both and the link between them."""
        self.close()
        for words in (
            f"link add {_BRIDGE} type bridge",
            f"addr add {HERE}/24 dev {_BRIDGE}",
            f"link set {_BRIDGE} up",
            f"netns add {_SPACE}",
            f"link add {_LINK} type veth peer name eth0 netns {_SPACE}",
            f"link set {_LINK} master {_BRIDGE}",
            f"link set {_LINK} up",
            f"-n {_SPACE} addr add {THERE}/24 dev eth0",
            f"-n {_SPACE} link set eth0 up",
            f"-n {_SPACE} link set lo up",
        ):
            _ip(words)

    def inside(self, command: Sequence[str]) -> list[str]:
        """A command that runs in the namespace."""
        return ["ip", "netns", "exec", _SPACE, *command]

    def cut(self) -> None:
        """Drop all packets without an error."""
        _ip(f"link set {_LINK} down")

    def reconnect(self) -> None:
        """Restore the connection."""
        _ip(f"link set {_LINK} up")

    def close(self) -> None:
        """Stop the programs in the namespace and remove the network."""
        for pid in _ip(f"netns pids {_SPACE}", must=False).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        _ip(f"link del {_LINK}", must=False)
        _ip(f"netns del {_SPACE}", must=False)
        _ip(f"link del {_BRIDGE}", must=False)


def _ip(words: str, *, must: bool = True) -> str:
    done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)
    assert not must or done.returncode == 0, done.stderr
    return done.stdout
