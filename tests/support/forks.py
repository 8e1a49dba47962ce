"""Starts programs as forks of the process of :mod:`command_server`.

The engine is started through here as well: in a process in which :func:`install` was called, and in the forks that
come of it, ``subprocess.Popen`` starts the modules of the engine as forks. They are the real modules, run as
``__main__``, with the parents, sessions and streams that they have otherwise.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NoReturn

_WATCHDOG = "bayescore.engine.watchdog"
_HOST = "bayescore.engine.host"
_WORKER = "bayescore.engine.search_worker"
_AT_START = ("PYTHON", "LD_", "OPENBLAS", "TZ")  # these act on an interpreter that starts
_LIBRARIES = "LD_LIBRARY_PATH"  # does as well, but a fork can load what is in the folders
_Popen = subprocess.Popen
_address = ""
_environment: dict[str, str] = {}


class Fork:
    """A process that is a fork, with the methods of :class:`subprocess.Popen` that are used of it."""

    def __init__(self, arguments: Sequence[str], pid: int, answers: IO[str] | None) -> None:
        self.args = arguments
        self.pid = pid
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr = None
        self.returncode: int | None = None
        self._answers = answers  # None if this process is its parent

    def poll(self) -> int | None:
        """The exit code, if it has ended."""
        if self.returncode is None:
            self._look(os.WNOHANG, 0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended."""
        if self.returncode is None:
            self._look(0, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(list(self.args), timeout or 0.0)
        return self.returncode

    def _look(self, options: int, timeout: float | None) -> None:
        if self._answers is None:
            assert options or timeout is None
            pid, status = os.waitpid(self.pid, options)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
            return
        if select.select([self._answers], [], [], timeout)[0]:
            line = self._answers.readline()
            self.returncode = int(line) if line else -signal.SIGKILL
            self._answers.close()

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it unless it has ended."""
        self.send_signal(signal.SIGKILL)


def environment_of_server() -> dict[str, str]:
    """The environment of this process without a language; Python adds one where there is none."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_"))}


def install(address: str) -> None:
    """From now on start the engine's modules as forks of the server at an address."""
    global _address, _environment
    _address, _environment = address, environment_of_server()
    subprocess.Popen = _ForkingPopen  # type: ignore[misc]


def serves(environment: Mapping[str, str]) -> bool:
    """Whether a program with this environment may be a fork: what acts on an interpreter's start is the same."""
    libraries = _environment.get(_LIBRARIES, "")  # cannot be unloaded
    return (
        bool(_address)
        and libraries in ("", environment.get(_LIBRARIES))
        and _at_start(environment) == _at_start(_environment)
    )


def load_libraries() -> None:
    """Load the libraries of ``LD_LIBRARY_PATH``, so that they are found by their names as after a start with it."""
    for folder in os.environ.get(_LIBRARIES, "").split(":"):
        for file in sorted(Path(folder).glob("lib*.so*")) if folder else ():
            ctypes.CDLL(str(file))


def _at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """What acts on an interpreter that starts. Of a language only the encoding does: without one, Python uses UTF-8."""
    found = {n: value for n, value in environment.items() if n.startswith(_AT_START) and n != _LIBRARIES}
    language = next((v for n in ("LC_ALL", "LC_CTYPE", "LANG") if (v := environment.get(n))), "C")
    if language not in ("C", "POSIX") and "utf" not in language.lower():
        found["encoding"] = language
    return found


def start(
    arguments: Sequence[str],
    folder: Path | str,
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    *,
    session: bool = False,
) -> Fork:
    """Start a program as a fork of the server; it and its exit code are known here, its parent is the server."""
    request = {
        "arguments": list(arguments),
        "folder": str(folder),
        "environment": dict(environment),
        "session": session,
    }
    connection = socket.socket(socket.AF_UNIX)
    with connection:
        connection.connect(_address)
        socket.send_fds(connection, [b"r"], streams)
        connection.sendall(json.dumps(request).encode() + b"\n")
        answers = connection.makefile()
    return Fork(arguments, int(answers.readline()), answers)


def execute(arguments: Sequence[str]) -> NoReturn:
    """Be the program ``python -m MODULE …`` or ``python FILE …`` to its end."""
    _python, *words = arguments
    if words[0] == "-m":
        sys.argv = words[1:]
        sys.modules.pop(words[1], None)
        run_to_end(lambda: runpy.run_module(words[1], run_name="__main__", alter_sys=True))
    sys.argv = words
    sys.path[0] = str(Path(words[0]).parent)
    run_to_end(lambda: runpy.run_path(words[0], run_name="__main__"))


def run_to_end(program: Callable[[], object]) -> NoReturn:
    """Run a program and end this process as the interpreter does, but leave its memory to the system.

    Freeing the objects of all modules would copy the pages that are shared with the server.
    """
    code = 1
    try:
        program()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]  # as multiprocessing does in its forks
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)


class _ForkingPopen(_Popen):  # type: ignore[type-arg]
    """``subprocess.Popen``, which starts the engine's modules as forks where that is the same."""

    def __new__(cls, args: Any, *positional: Any, **options: Any) -> Any:
        """A process, or a fork."""
        words = list(map(str, args)) if isinstance(args, list | tuple) else []
        if (
            words[:2] == [sys.executable, "-m"]
            and not positional
            and serves(options.get("env") or os.environ)
        ):
            with suppress(ConnectionError, FileNotFoundError):  # the tests have ended, the engine has not yet
                if words[2] == _WATCHDOG and options.get("start_new_session"):
                    return _watchdog(words, options)
                if words[2] == _HOST and _is_watchdog():
                    return _host(words)
                if words[2] == _WORKER and options.keys() == {"stdin", "stdout", "env"}:
                    return _worker(words, options)
        return super().__new__(cls)


def _is_watchdog() -> bool:
    spec = sys.modules["__main__"].__spec__
    return spec is not None and spec.name == _WATCHDOG


def _watchdog(words: list[str], options: dict[str, Any]) -> Fork:
    nothing = os.open(os.devnull, os.O_RDWR)
    error = options["stderr"]
    streams = (nothing, nothing, error if isinstance(error, int) else error.fileno())
    try:
        return start(words, options["cwd"], os.environ, streams, session=True)
    finally:
        os.close(nothing)


def _worker(words: list[str], options: dict[str, Any]) -> Fork:
    (their_in, our_in), (our_out, their_out) = os.pipe(), os.pipe()
    try:
        fork = start(words, Path.cwd(), options["env"], (their_in, their_out, 2))
    finally:
        os.close(their_in)
        os.close(their_out)
    fork.stdin, fork.stdout = os.fdopen(our_in, "wb"), os.fdopen(our_out, "rb")
    return fork


def _host(words: list[str]) -> Fork:
    """The engine as a fork of its watchdog, which is its parent and has one thread."""
    ours, theirs = os.pipe()
    signals = {signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # the watchdog's handler is not the engine's
    if pid := os.fork():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        os.close(theirs)
        fork = Fork(words, pid, None)
        fork.stdout = os.fdopen(ours, "rb")
        return fork
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    os.dup2(theirs, 1)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    time.tzset()
    execute(words)
