"""The engine as a process: its status, start and stop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from filelock import FileLock, Timeout

from bayescore.errors import RunnerError
from bayescore.files import append_to, replace
from bayescore.i18n import Text, text
from bayescore.notify import deliveries
from bayescore.store import Database, DataFolder, cancellation, jobs
from bayescore.store.engine_process import is_engine, terminate
from bayescore.store.migrations import NEWEST

_START_S = 20.0
_STOP_S = 30.0
_POLL_S = 0.05
_JOBS_POLL_S = 0.1


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine runs for a data folder, and what it has stored about itself."""

    running: bool
    pid: int | None
    since: str | None
    listener: list[str]
    version: str | None
    data_folder: str

    def as_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return asdict(self)


def status(folder: DataFolder) -> EngineStatus:
    """The status by the lock, which ends with its process; a crashed engine may leave its info file.

    A child that was being created when the engine was killed holds the lock a moment longer.
    """
    info = _info(folder) if _is_locked(folder) else {}
    if not _is_of_running_engine(info):
        info = {}
    return EngineStatus(
        running="pid" in info,
        pid=info.get("pid"),
        since=info.get("since"),
        listener=info.get("listener", []),
        version=info.get("version"),
        data_folder=str(folder.root),
    )


def start(folder: DataFolder) -> EngineStatus:
    """Start the engine, detached from this process, unless it is running.

    An engine of an earlier version, which cannot read the jobs of this one, is replaced; the next one
    continues its trials.

    Raises
    ------
    RunnerError
        When it does not start; the message says why.
    """
    current = status(folder)
    if current.running and _info(folder).get("store") == NEWEST:
        return current
    if current.running:
        stop(folder)
    folder.prepare()
    folder.engine_info.unlink(missing_ok=True)
    folder.engine_stopped.unlink(missing_ok=True)
    subprocess.Popen(
        [sys.executable, "-m", "bayescore.engine.watchdog", str(folder.root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=append_to(folder.root / "engine.stderr"),
        start_new_session=True,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),  # a new session on Windows
        cwd=folder.root.anchor,
    )
    _wait(lambda: status(folder).running or "error" in _info(folder), _START_S)
    current = status(folder)
    if current.running:
        return current
    info = _info(folder)
    if error := info.get("error"):
        hint = info.get("hint")
        raise RunnerError(Text.from_json(error), Text.from_json(hint) if hint else None)
    raise RunnerError(text("The engine did not start."), text("Its log is {file}.", file=folder.engine_log))


def resume(database: Database) -> None:
    """Start the engine if it has something to do and none runs, as after a crash or a restart of the machine.

    That is a job that has not ended, or a notification that is to be sent.

    Does nothing after :func:`stop`.

    Raises
    ------
    RunnerError
        When it does not start.
    """
    if is_stopped(database.folder) or status(database.folder).running:
        return
    with database.read() as connection:
        is_needed = bool(jobs.active(connection)) or bool(deliveries.every(connection))
    if is_needed:
        start(database.folder)


def is_stopped(folder: DataFolder) -> bool:
    """Whether the user has stopped the engine, so that only :func:`start` starts it again."""
    return folder.engine_stopped.exists()


def stop(folder: DataFolder) -> bool:
    """Stop the engine until :func:`start`; returns whether one was running.

    Running trials continue and are adopted by the next one.
    """
    replace(folder.engine_stopped, b"", mode=0o600)
    current = status(folder)
    if current.pid is None:
        return False
    terminate(current.pid, _info(folder).get("started"))

    def has_stopped() -> bool:
        return not _is_locked(folder) or status(folder).pid not in (None, current.pid)

    if not _wait(has_stopped, _STOP_S):
        raise RunnerError(
            text("The engine (process {pid}) does not stop.", pid=current.pid),
            text("Stop it with: kill -9 {pid}. Nothing is lost.", pid=current.pid),
        )
    return True


def stop_jobs(database: Database) -> None:
    """Cancel every job and wait until all have ended.

    Raises
    ------
    StoreError, RunnerError
        When a request cannot be stored, or the engine does not start.
    """
    with database.read() as connection:
        active = jobs.active(connection)
    for job in active:
        cancellation.request(database, job.id)
    while active:
        start(database.folder)  # again, if it has been killed
        time.sleep(_JOBS_POLL_S)
        with database.read() as connection:
            active = jobs.active(connection)


def _is_locked(folder: DataFolder) -> bool:
    if not folder.engine_lock.exists():
        return False
    try:
        with FileLock(str(folder.engine_lock), timeout=0, mode=0o600):
            return False
    except (Timeout, OSError):
        return True


def _is_of_running_engine(info: dict[str, Any]) -> bool:
    """Whether the process that wrote the info file is still running."""
    pid, started = info.get("pid"), info.get("started")
    return isinstance(pid, int) and isinstance(started, float | None) and is_engine(pid, started)


def _info(folder: DataFolder) -> dict[str, Any]:
    try:
        info = json.loads(folder.engine_info.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return info if isinstance(info, dict) else {}


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(_POLL_S)
    return condition()
