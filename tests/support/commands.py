"""Runs ``bayesdesk`` commands in forks of one process that has imported the libraries.

Imports are most of the cost of a short command, and the suite runs hundreds of them. Each command still has a process,
arguments, an environment, a folder and standard streams of its own.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_SERVER = Path(__file__).with_name("command_server.py")
_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "OPENBLAS", "TZ")  # these act on an interpreter that starts


def run(
    arguments: list[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as :func:`subprocess.run` does with captured output and no input."""
    if sys.platform != "linux" or _at_start(environment) != _at_start(_server_environment()):
        return subprocess.run(
            arguments,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    ours, theirs = socket.socketpair()
    out, err = os.memfd_create("out"), os.memfd_create("err")
    with ours, os.fdopen(out, encoding="utf-8") as written, os.fdopen(err, encoding="utf-8") as complained:
        with theirs:
            socket.send_fds(_server()[0], [b"r"], [theirs.fileno(), out, err])
        request = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
        ours.sendall(json.dumps(request).encode() + b"\n")
        ours.settimeout(timeout)
        answers = ours.makefile()
        pid = int(answers.readline())
        try:
            code = int(answers.readline())
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(arguments, timeout) from None
        written.seek(0)
        complained.seek(0)
        return subprocess.CompletedProcess(arguments, code, written.read(), complained.read())


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_AT_START)}


@functools.cache
def _server_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_"))}


@functools.cache
def _server() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The control connection and the server, which ends when this process does."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, str(_SERVER)]
        return ours, subprocess.Popen(command, stdin=theirs, cwd="/", env=_server_environment())
