"""The process that runs programs for :mod:`support.commands`, each in a fork of itself: ``command_server.py ADDRESS``.

It imports the libraries once. The modules of ``bayescore.cli`` are imported in the fork, because their help texts
depend on the language. A request comes over a connection of its own, together with the program's standard streams;
the answer is the process id, and the exit status at the end.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

MODULES = (
    "bayescore.app.backups",
    "bayescore.app.diagnostics",
    "bayescore.app.job_requests",
    "bayescore.app.study_import",
    "bayescore.app.submit",
    "bayescore.cloud",
    "bayescore.engine.loop",
    "bayescore.exchange",
    "bayescore.results",
    "bayescore.search.bayesian",
    "bayescore.store",
    "docker",
    "psutil",
    "rich.console",
    "rich.table",
    "sqlalchemy.dialects.sqlite",
    "typer",
    "uvicorn.protocols.http.h11_impl",
)

_REQUEST_S = 10.0  # a client sends its request at once


def serve(address: str) -> dict[str, Any] | None:
    """Fork for every request until standard input is closed; the request in the fork that is to run it.

    A fork is a child of this process, which reports how it ends over the connection of its request.
    """
    waiting: dict[int, tuple[int, socket.socket]] = {}  # by a descriptor of the process
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        sources: list[Any] = [0, listener]
        while sources or waiting:
            ready, _, _ = select.select([*sources, *waiting], [], [])
            for ended in waiting.keys() & set(ready):
                _report(ended, *waiting.pop(ended))
            if 0 in ready:
                sources.clear()  # the tests have ended; programs that still run are waited for
                listener.close()
            elif listener in ready and (found := _accepted(listener)):
                request, streams, connection = found
                if (pid := os.fork()) == 0:
                    for ours in (listener, connection, *(other for _, other in waiting.values())):
                        ours.detach()  # their descriptors are closed below
                    for number, descriptor in enumerate(streams):
                        os.dup2(descriptor, number)
                    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
                    return request
                for descriptor in streams:
                    os.close(descriptor)
                with suppress(ConnectionError):  # the client has ended
                    connection.sendall(f"{pid}\n".encode())
                waiting[os.pidfd_open(pid)] = pid, connection
    return None


def _accepted(listener: socket.socket) -> tuple[dict[str, Any], list[int], socket.socket] | None:
    """A request, the standard streams of its program and its connection."""
    connection, _ = listener.accept()
    connection.settimeout(_REQUEST_S)
    line, streams = "", []
    with suppress(OSError):  # the client was stopped, or has ended
        _, streams, _, _ = socket.recv_fds(connection, 1, 3)
        with connection.makefile() as sent:
            line = sent.readline()
    if not line.endswith("\n"):
        for descriptor in streams:
            os.close(descriptor)
        connection.close()
        return None
    return json.loads(line), streams, connection


def _report(ended: int, pid: int, connection: socket.socket) -> None:
    """Report how a program has ended."""
    os.close(ended)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with connection, suppress(ConnectionError):  # the client stopped waiting
        connection.sendall(f"{code}\n".encode())


def become(request: dict[str, Any]) -> None:
    """Take on the program's folder, environment, arguments, session and standard streams."""
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if request["session"]:
        os.setsid()
    sys.argv = request["arguments"]
    encoding, errors = sys.stdout.encoding, sys.stdout.errors
    sys.stdin = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, errors=errors, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding=encoding, errors="backslashreplace", closefd=False)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    forks = importlib.import_module("support.forks")
    sys.path[0] = ""  # no module of these folders is to be found
    for module in MODULES:
        importlib.import_module(module)
    forks.install(sys.argv[1])
    gc.freeze()
    wanted = serve(sys.argv[1])
    if wanted is not None:
        become(wanted)
        forks.load_libraries()
        if sys.argv[0] == sys.executable:
            forks.execute(sys.argv)
        sys.path[0] = str(Path(sys.argv[0]).parent)
        from bayescore.cli.main import main

        forks.run_to_end(main)
