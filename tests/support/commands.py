"""Runs Python programs of ours in forks of one process that has imported the libraries.

Imports are most of the cost of a short command and of an engine's start, and the suite has hundreds of both. Each
program still is a process with arguments, an environment, a folder and standard streams of its own.
"""

from __future__ import annotations

import atexit
import functools
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from support import forks

_SERVER = Path(__file__).with_name("command_server.py")
_CLIENT = Path(__file__).with_name("forked_command.py")


def run(
    arguments: Sequence[str | Path], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as :func:`subprocess.run` does with captured output and no input."""
    words = [str(word) for word in arguments]
    if not forks.serves(environment):
        return subprocess.run(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    with (
        open(os.devnull) as nothing,  # noqa: PTH123
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        program = forks.start(words, folder, environment, (nothing.fileno(), out.fileno(), err.fileno()))
        try:
            code = program.wait(timeout)
        except subprocess.TimeoutExpired:
            program.kill()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(words, code, out.read(), err.read())


def on_terminal(
    arguments: Sequence[str | Path],
    folder: Path,
    environment: Mapping[str, str],
    typed: str = "",
    question: str = "",
    timeout: float = 60,
) -> tuple[bytes, int]:
    """Output and exit code of a command on a terminal.

    Parameters
    ----------
    typed
        What its user types, once the question is on the terminal.
    """
    import pty  # not on Windows

    words = [str(word) for word in arguments]
    ours, theirs = pty.openpty()
    process: forks.Fork | subprocess.Popen[bytes]
    if forks.serves(environment):
        process = forks.start(words, folder, environment, (theirs, theirs, theirs), session=True)
    else:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # raised at the end of the terminal
        while True:
            if typed and question.encode() in shown:
                os.write(ours, typed.encode())
                typed = ""
            part = os.read(ours, 65536)
            if not part:
                break
            shown += part
    os.close(ours)
    return shown, process.wait(timeout)


def stand_in(command: Path, folder: Path) -> None:
    """Write a script into a folder that runs a command of ours as a fork, for shells that find it on ``PATH``."""
    address = serve()
    if address is None:
        return
    words = [sys.executable, "-E", "-S", _CLIENT, address, command]
    script = folder / command.name
    script.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, words))} "$@"\n')
    script.chmod(0o755)


@functools.cache
def serve() -> str | None:
    """Start the server, which ends when this process does, and use it for engines as well; its address."""
    if sys.platform != "linux":
        return None
    place = tempfile.mkdtemp(prefix="bayesdesk-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    address = f"{place}/commands"
    server = subprocess.Popen(
        [sys.executable, str(_SERVER), address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        env=forks.environment_of_server(),
    )
    assert server.stdout is not None
    server.stdout.readline()  # it listens
    forks.install(address)
    return address
