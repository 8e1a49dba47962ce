"""A real Docker engine for the tests: a running one, or one that is started here.

``python tests/support/docker_engine.py`` starts it and prints the variables to export.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PLACE = Path(os.environ.get("BAYESDESK_TEST_ENGINE", "/var/tmp/bayesdesk-test-engine"))
SOCKET = PLACE / "docker.sock"
_PID_FILE = PLACE / "docker.pid"
IMAGE = "bayesdesk-test:python-3"  # increase when the content changes
_INCLUDED = "python3,python-is-python3,ca-certificates,make"
_PACKAGES = ["docker.io", "iptables", "mmdebstrap"]
_DEADLINE_S = 60


class NoEngineError(Exception):
    """No engine is available; ``possible`` is set when starting one failed unexpectedly."""

    def __init__(self, message: str, possible: bool) -> None:
        super().__init__(message)
        self.possible = possible


def ensure(*, live_restore: bool = True) -> str:
    """Endpoint of an engine that accepts GPU requests and has the test image.

    Parameters
    ----------
    live_restore
        Whether containers survive a restart of an engine that is started here.
    """
    if os.geteuid() != 0 or sys.platform != "linux":
        raise NoEngineError("an engine can be started by root on Linux only", possible=False)
    PLACE.mkdir(parents=True, exist_ok=True)
    if not _answers():
        _install()
        _start(live_restore)
    _ensure_image()
    return f"unix://{SOCKET}"


def stop() -> None:
    """Stop the engine as a service manager does."""
    pid = int(_PID_FILE.read_text())
    os.kill(pid, signal.SIGTERM)
    while _runs(pid):
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether a process runs and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _answers() -> bool:
    import docker

    try:
        with contextlib.closing(docker.DockerClient(base_url=f"unix://{SOCKET}", timeout=5)) as client:
            return bool(client.ping())
    except Exception:
        return False


def _install() -> None:
    packages = {"dockerd": "docker.io", "iptables": "iptables", "mmdebstrap": "mmdebstrap"}
    if all(shutil.which(program) for program in packages):
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *_PACKAGES],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NoEngineError(f"{' '.join(command)}: {done.stderr[-2000:]}", possible=True)


def _start(live_restore: bool) -> None:
    _stop_stale(_PID_FILE)
    hooks = PLACE / "hooks"
    hooks.mkdir(exist_ok=True)
    hook = hooks / "nvidia-container-runtime-hook"
    hook.write_text("#!/bin/sh\nexit 0\n")  # replaces the NVIDIA toolkit, so that GPU requests are accepted
    hook.chmod(0o755)
    log = (PLACE / "dockerd.log").open("ab")
    subprocess.Popen(
        [
            "dockerd",
            "--data-root", PLACE / "data",
            "--exec-root", PLACE / "exec",
            "-H", f"unix://{SOCKET}",
            "--pidfile", _PID_FILE,
            f"--live-restore={str(live_restore).lower()}",
        ],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PATH": f"{hooks}:/usr/local/sbin:/usr/sbin:/sbin:{os.environ['PATH']}"},
    )  # fmt: skip
    deadline = time.monotonic() + _DEADLINE_S
    while not _answers():
        if time.monotonic() > deadline:
            tail = (PLACE / "dockerd.log").read_text(errors="replace")[-3000:]
            raise NoEngineError(f"dockerd did not answer within {_DEADLINE_S} s:\n{tail}", possible=True)
        time.sleep(0.2)


def _stop_stale(pid_file: Path) -> None:
    """Remove the pid file of an engine that has ended: it prevents the start of a new one."""
    try:
        pid = int(pid_file.read_text())
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        pid_file.unlink(missing_ok=True)
        return
    if name == "dockerd":
        os.kill(pid, signal.SIGKILL)
        while _runs(pid):
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def _ensure_image() -> None:
    """Build an image with Python from Debian packages: a registry may be unreachable."""
    import docker

    with contextlib.closing(docker.DockerClient(base_url=f"unix://{SOCKET}")) as client:
        if client.images.list(name=IMAGE):
            return
    tree = PLACE / "image.tar"
    command = ["mmdebstrap", "--variant=minbase", f"--include={_INCLUDED}", "bookworm", str(tree)]
    for step in (command, ["docker", "-H", f"unix://{SOCKET}", "import", str(tree), IMAGE]):
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            raise NoEngineError(f"{' '.join(step)}: {done.stderr[-2000:]}", possible=True)
    tree.unlink()


if __name__ == "__main__":
    print(f"export DOCKER_HOST={ensure()}")
