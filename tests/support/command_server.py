"""The process that runs commands for :mod:`support.commands`, each in a fork of itself.

It imports the libraries once. The modules of ``bayescore.cli`` are imported in the fork, because their help texts
depend on the language. A request comes over a connection of its own, together with the command's standard output
and standard error; the answer is the process id, and the exit status at the end.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

MODULES = (
    "alembic.command",
    "alembic.config",
    "bayescore.app",
    "bayescore.app.diagnostics",
    "bayescore.cloud",
    "bayescore.engine",
    "bayescore.exchange",
    "bayescore.results",
    "bayescore.store",
    "rich.console",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
    "typer",
)


def serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork for every request until the client closes; the request in the fork that is to run it."""
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if not data:
            return None
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            return _run(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _run(answer: int, out: int, err: int) -> dict[str, Any]:
    """Fork once more and report how the command ends; returns in the command's process only."""
    connection = socket.socket(fileno=answer)
    request: dict[str, Any] = json.loads(connection.makefile().readline())
    if pid := os.fork():
        connection.sendall(f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        connection.sendall(f"{code}\n".encode())
        os._exit(0)
    connection.close()
    for number, descriptor in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    return request


def become(request: dict[str, Any]) -> None:
    """Take on the command's folder, environment, arguments and standard streams."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = request["arguments"]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    encoding, errors = sys.stdout.encoding, sys.stdout.errors
    sys.stdin = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, errors=errors, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding=encoding, errors="backslashreplace", closefd=False)


if __name__ == "__main__":
    sys.path[0] = ""  # no module of this folder is to be found
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    wanted = serve(socket.socket(fileno=os.dup(0)))
    if wanted is not None:
        become(wanted)
        from bayescore.cli.main import main

        main()
