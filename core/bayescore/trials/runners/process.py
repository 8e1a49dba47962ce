"""Runs trials as processes of this machine."""

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
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from bayescore.config import CommandShell
from bayescore.errors import RunnerError
from bayescore.files import append_to, read_bytes, reason_of, replace
from bayescore.i18n import text
from bayescore.processes import start_time
from bayescore.pythons import CONDA_PREFIX
from bayescore.resources import resource
from bayescore.trials import trial_folder
from bayescore.trials.conda_activation import activation
from bayescore.trials.launch import Launch, TrialFolder
from bayescore.trials.local_paths import localised
from bayescore.trials.neighbours import rendezvous, with_threads
from bayescore.trials.runners.base import GRACE_S, Exit
from bayescore.trials.runners.watch import ProcessWatch

_SHELLS = {CommandShell.SH: ("/bin/sh",), CommandShell.BASH: ("/usr/bin/env", "bash")}
_SPEC = "supervisor-spec.json"
_CLAIM = "supervisor.json"
_EARLIER_CLAIM = "keeper.json"  # of a supervisor that an earlier version has started
_SPOOL = "points.jsonl"
_MAX_BYTES = 2**16  # of a file that a supervisor writes
_KILL_S = 2.0  # to kill what a supervisor left running
_END_S = GRACE_S + 5.0  # for a program that was asked to end
_CLAIM_S = 10.0  # in which a supervisor that was started writes which process it is
_LOOK_S = 0.01
_SUPERVISOR = Path(__file__).parent.parent / "supervisor"


class ProcessRunner:
    """Each trial has a supervisor process, which outlives the engine and ends all processes of the trial.

    The handle is the attempt's folder: ``supervisor.json`` names the supervisor's process, and
    ``exit.json`` says how the program ended.
    """

    polls_memory = False

    def __init__(self, changed: Callable[[], None]) -> None:
        self._watch = ProcessWatch(changed)
        self._started: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start(self, launch: Launch) -> str:
        """See :class:`Runner`."""
        if not trial_folder.is_made(launch.folder.root, launch.content.attempt):
            self._wait_for_end(launch.folder.root)
        folder = trial_folder.make(launch.folder.root, launch.content)
        if handle := self.adopt(launch):
            return handle
        started = _started(launch)
        spec = {
            "arguments": started.arguments,
            "folder": str(folder.output),
            "log": str(folder.log),
            "claim": str(folder.root / _CLAIM),
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
                env=started.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=append_to(folder.root / "supervisor.log"),
                start_new_session=True,
            )
        except OSError as error:
            raise RunnerError(
                text("The trial's process cannot be started: {reason}.", reason=reason_of(error))
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
        # in this order, as the supervisor may write its process id in between
        if self._is_starting(root) or _supervisor_lives(root):
            return None
        if result := _result(root):  # written since the first check
            return result
        _kill_remaining(root)
        return Exit(None)

    def stop(self, handle: str, grace: float = GRACE_S) -> None:
        """See :class:`Runner`; waits for a supervisor that is just being started."""
        root, until = Path(handle), time.monotonic() + _CLAIM_S
        while self._is_starting(root) and time.monotonic() < until:
            time.sleep(_LOOK_S)
        supervisor = _supervisor(root)
        if supervisor is not None and _lives(*supervisor):
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervisor[0], signal.SIGTERM)

    def save_log(self, handle: str, file: Path) -> None:
        """Does nothing: the supervisor writes the log."""

    def remove(self, handle: str) -> None:
        """Does nothing but reap: what the supervisor wrote stays in the trial's folder."""
        self._reap()

    def programs(self) -> dict[str, str]:
        """Returns none: supervisors end by themselves and hold no resources."""
        return {}

    def keep_only(self, jobs: Set[str]) -> None:
        """Does nothing: nothing is held between trials."""

    def close(self) -> None:
        """See :class:`Runner`."""
        self._watch.close()

    def _wait_for_end(self, root: Path) -> None:
        """Wait for the program of an earlier attempt, which would write its result into the new folder."""
        until = time.monotonic() + _END_S
        while self._is_starting(root) or _supervisor_lives(root):
            if time.monotonic() > until:
                _kill_remaining(root)
                return
            time.sleep(_LOOK_S)

    def _is_starting(self, root: Path) -> bool:
        """Whether a supervisor that we started has not yet written its process id."""
        if (root / _CLAIM).exists():
            return False
        spec = str(root / _SPEC)
        with self._lock:
            return any(p.poll() is None and spec in p.args for p in self._started.values())  # type: ignore[operator]

    def _reap(self) -> None:
        with self._lock:
            self._started = {pid: p for pid, p in self._started.items() if p.poll() is None}


def _kill_remaining(root: Path) -> None:
    """Kill what a killed supervisor left running: it would report into the next attempt."""
    import psutil

    spool = str(TrialFolder(root).spool / _SPOOL)
    until = time.monotonic() + _KILL_S  # a process that hangs in a driver cannot be killed
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


@dataclass(frozen=True)
class _Started:
    """What is started, and with which environment variables."""

    arguments: list[str]
    environment: dict[str, str]


def _started(launch: Launch) -> _Started:
    command = [*_SHELLS[launch.shell], "-c", with_local_paths(launch)]
    inherited = os.environ if launch.inherited is None else launch.inherited
    prefix = launch.python.removeprefix(CONDA_PREFIX) if launch.python else None
    if prefix is None or prefix == launch.python:
        return _Started(command, _environment(launch, inherited))
    if not Path(prefix).is_dir():  # else another python of the search path would run
        raise RunnerError(
            text("The conda environment {folder} is gone.", folder=prefix),
            text("Create it again, then continue the job; or start a new job."),
        )
    active = activation(Path(prefix), inherited)
    environment = _environment(launch, active.environment)
    chosen = [name for name, value in environment.items() if active.environment.get(name) != value]
    return _Started(active.command(command, {*chosen, *launch.environment, *launch.secrets}), environment)


def _environment(launch: Launch, inherited: Mapping[str, str]) -> dict[str, str]:
    folder = launch.folder
    environment = {
        **with_threads(inherited, launch.threads),
        **rendezvous(launch.ports),
        **launch.environment,
        **launch.secrets,
    }
    environment["OPENBAYES_OUTPUT"] = environment["OPENBAYES_HOME"] = str(folder.output)
    for bound in launch.inputs:
        environment[f"OPENBAYES_{bound.path.lstrip('/').upper()}"] = bound.source
    environment["BAYESDESK_SPOOL"] = str(folder.spool / _SPOOL)
    environment["CUDA_VISIBLE_DEVICES"] = ",".join(launch.gpus)
    path = environment.get("PATH", os.defpath)
    environment["PATH"] = os.pathsep.join([*map(str, _first_folders(launch)), path])
    if launch.inject_client:
        earlier = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = str(resource("client")) + (f"{os.pathsep}{earlier}" if earlier else "")
    return environment


def _first_folders(launch: Launch) -> list[Path]:
    """The folders that come first on the search path, so that ``python`` is the chosen interpreter."""
    if not launch.python:
        return []
    if launch.python.startswith(CONDA_PREFIX):
        return [Path(launch.python.removeprefix(CONDA_PREFIX), "bin")]
    return [_python_folder(launch), Path(launch.python).parent]


def _python_folder(launch: Launch) -> Path:
    """A folder in which ``python`` and ``python3`` are the chosen interpreter."""
    folder = launch.folder.root / "bin"
    folder.mkdir(exist_ok=True)
    for name in ("python", "python3"):
        shim = folder / name
        replace(shim, f'#!/bin/sh\nexec {shlex.quote(str(launch.python))} "$@"\n'.encode(), 0o755)
    return folder


def default_python() -> str | None:
    """The interpreter that ``python`` is on the search path, else our own."""
    return shutil.which("python") or shutil.which("python3") or sys.executable or None


def _result(root: Path) -> Exit | None:
    try:
        result = json.loads(read_bytes(root / "exit.json", _MAX_BYTES, follow=False))
        return Exit(int(result["exit_code"]), timed_out=bool(result["timed_out"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _supervisor(root: Path) -> tuple[int, int] | None:
    """Process id and start time of the supervisor of a folder."""
    for name in (_CLAIM, _EARLIER_CLAIM):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            supervisor = json.loads(read_bytes(root / name, _MAX_BYTES, follow=False))
            return int(supervisor["pid"]), int(supervisor["started"])
    return None


def _supervisor_lives(root: Path) -> bool:
    supervisor = _supervisor(root)
    return supervisor is not None and _lives(*supervisor)


def _lives(pid: int, started: int) -> bool:
    """Whether the process with this id is the one that started then, and is not a zombie."""
    return start_time(pid) == started
