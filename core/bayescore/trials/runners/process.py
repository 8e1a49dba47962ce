"""Runs trials as processes of this machine, for machines without Docker."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Set
from pathlib import Path

from bayescore.errors import RunnerError
from bayescore.files import append_to, read_bytes, replace
from bayescore.i18n import text
from bayescore.processes import start_time
from bayescore.resources import resource
from bayescore.trials import trial_folder
from bayescore.trials.launch import Launch, TrialFolder
from bayescore.trials.local_paths import localised
from bayescore.trials.runners.base import GRACE_S, Exit
from bayescore.trials.runners.watch import ProcessWatch

_SPEC = "supervisor-spec.json"
_SPOOL = "points.jsonl"
_MOST_WRITTEN = 2**16  # bytes of what a supervisor writes
_REMAINS_S = 2.0
_SUPERVISOR = Path(__file__).parent.parent / "supervisor"


class ProcessRunner:
    """Each trial has a supervisor process, which outlives the engine and ends everything of the trial.

    The handle is the attempt's folder: in ``supervisor.json`` stands which process keeps it,
    in ``exit.json`` how it ended.
    """

    polls_memory = False

    def __init__(self, changed: Callable[[], None]) -> None:
        self._watch = ProcessWatch(changed)
        self._started: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start(self, launch: Launch) -> str:
        """See :class:`Runner`."""
        folder = trial_folder.make(launch.folder.root, launch.content)
        if handle := self.adopt(launch):
            return handle
        spec = {
            "arguments": ["/bin/sh", "-c", with_local_paths(launch)],
            "folder": str(folder.output),
            "log": str(folder.log),
            "claim": str(folder.root / "supervisor.json"),
            "result": str(folder.root / "exit.json"),
            "seconds": launch.limits.seconds,
            "memory": launch.limits.memory,
            "grace": GRACE_S,
        }
        spec_file = folder.root / _SPEC
        try:
            replace(spec_file, json.dumps(spec).encode("utf-8"))
            supervisor = subprocess.Popen(
                [sys.executable, "-E", "-S", str(_SUPERVISOR), str(spec_file)],
                env=_environment(launch),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=append_to(folder.root / "supervisor.log"),
                start_new_session=True,
            )
        except OSError as error:
            raise RunnerError(
                text("The trial's process cannot be started: {reason}.", reason=error.strerror or str(error))
            ) from None
        with self._lock:
            self._started[supervisor.pid] = supervisor
        self._watch.add(supervisor.pid)
        return str(folder.root)

    def adopt(self, launch: Launch) -> str | None:
        """See :class:`Runner`."""
        root = launch.folder.root
        supervisor = _supervisor(root)
        if supervisor is None and not (root / "exit.json").exists():
            return None
        with self._lock:
            is_ours = supervisor is not None and supervisor[0] in self._started
        if supervisor is not None and not is_ours:
            self._watch.add(supervisor[0])
        return str(root)

    def poll(self, handle: str) -> Exit | None:
        """See :class:`Runner`."""
        root = Path(handle)
        if result := _result(root):
            self._reap()
            return result
        if _supervisor_lives(root) or self._is_starting(root):
            return None
        if result := _result(root):  # written between the two looks
            return result
        _end_remains(root)
        return Exit(None)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """See :class:`Runner`."""
        supervisor = _supervisor(Path(handle))
        if supervisor is not None and _lives(*supervisor):
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor[0], signal.SIGTERM)

    def save_log(self, handle: str, file: Path) -> None:
        """Nothing to do: the supervisor writes the log itself."""

    def remove(self, handle: str) -> None:
        """Nothing to take away: what the supervisor wrote stays in the trial's folder."""
        self._reap()

    def programs(self) -> dict[str, str]:
        """None: supervisors end by themselves and leave nothing that takes up anything."""
        return {}

    def keep_only(self, jobs: Set[str]) -> None:
        """Nothing is held between trials."""

    def close(self) -> None:
        """See :class:`Runner`."""
        self._watch.close()

    def _is_starting(self, root: Path) -> bool:
        """Whether a supervisor that we started has not written its name yet."""
        if (root / "supervisor.json").exists():
            return False
        spec = str(root / _SPEC)
        with self._lock:
            return any(k.poll() is None and spec in k.args for k in self._started.values())  # type: ignore[operator]

    def _reap(self) -> None:
        with self._lock:
            self._started = {pid: k for pid, k in self._started.items() if k.poll() is None}


def _end_remains(root: Path) -> None:
    """End what a supervisor that was killed left running: it would report into the next attempt."""
    import psutil

    spool = str(TrialFolder(root).spool / _SPOOL)
    until = time.monotonic() + _REMAINS_S  # one that hangs in a driver must not hold the engine up
    left = True
    while left and time.monotonic() < until:
        left = False
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if process.environ().get("BAYESDESK_SPOOL") == spool and process.status() != "zombie":
                    process.kill()
                    left = True


def with_local_paths(launch: Launch) -> str:
    """The command with the container's paths (``/input0``, ``/output``) replaced by this machine's."""
    folders = {i.path.lstrip("/"): i.source for i in launch.inputs}
    return localised(launch.command, {**folders, "output": str(launch.folder.output)})


def _environment(launch: Launch) -> dict[str, str]:
    folder = launch.folder
    environment = {**os.environ, **launch.environment, **launch.secrets}
    environment["OPENBAYES_OUTPUT"] = environment["OPENBAYES_HOME"] = str(folder.output)
    for bound in launch.inputs:
        environment[f"OPENBAYES_{bound.path.lstrip('/').upper()}"] = bound.source
    environment["BAYESDESK_SPOOL"] = str(folder.spool / _SPOOL)
    environment["CUDA_VISIBLE_DEVICES"] = ",".join(launch.gpus)
    path = environment.get("PATH", os.defpath)
    if launch.python:
        path = f"{_python_folder(launch)}{os.pathsep}{Path(launch.python).parent}{os.pathsep}{path}"
    environment["PATH"] = path
    if launch.inject_client:
        earlier = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = str(resource("client")) + (f"{os.pathsep}{earlier}" if earlier else "")
    return environment


def _python_folder(launch: Launch) -> Path:
    """A folder in which ``python`` and ``python3`` are the chosen interpreter."""
    folder = launch.folder.root / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("python", "python3"):
        shim = folder / name
        replace(shim, f'#!/bin/sh\nexec {shlex.quote(str(launch.python))} "$@"\n'.encode(), 0o755)
    return folder


def default_python() -> str | None:
    """The interpreter that ``python`` means to the caller, else ours."""
    return shutil.which("python") or shutil.which("python3") or sys.executable or None


def _result(root: Path) -> Exit | None:
    try:
        result = json.loads(read_bytes(root / "exit.json", _MOST_WRITTEN, follow=False))
        return Exit(int(result["exit_code"]), timed_out=bool(result["timed_out"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _supervisor(root: Path) -> tuple[int, int] | None:
    """Process id and start time of the supervisor of a folder."""
    try:
        supervisor = json.loads(read_bytes(root / "supervisor.json", _MOST_WRITTEN, follow=False))
        return int(supervisor["pid"]), int(supervisor["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _supervisor_lives(root: Path) -> bool:
    supervisor = _supervisor(root)
    return supervisor is not None and _lives(*supervisor)


def _lives(pid: int, started: int) -> bool:
    """Whether the process with this id is still the one that started then, and no zombie."""
    return start_time(pid) == started
