"""The engine seen from outside: is it there, start it, stop it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from bayescore.engine.process_start import ask_to_end, is_engine
from bayescore.errors import RunnerError
from bayescore.files import append_to
from bayescore.i18n import Text, text
from bayescore.store import DataFolder

_START_S = 20.0
_STOP_S = 30.0
_LOOK_S = 0.05


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine runs for a data folder, and what it says of itself."""

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
    """Look at the lock, which dies with its process, and not at what a dead engine may have left.

    A child that the engine was just making when it was killed has the lock for a moment longer.
    """
    info = _info(folder) if _is_locked(folder) else {}
    if not _wrote(info):
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
    """See that an engine runs, detached from this process.

    Raises
    ------
    RunnerError
        When it does not come up; the message says why.
    """
    current = status(folder)
    if current.running:
        return current
    folder.prepare()
    folder.engine_info.unlink(missing_ok=True)
    subprocess.Popen(
        [sys.executable, "-m", "bayescore.engine.watchdog", str(folder.root)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=append_to(folder.root / "engine.stderr"),
        start_new_session=True,
        creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),  # what a session is on Windows
        cwd=folder.root.anchor,
    )
    _wait(lambda: status(folder).running or "error" in _info(folder), _START_S)
    current = status(folder)
    if current.running:
        return current
    said = _info(folder)
    if error := said.get("error"):
        hint = said.get("hint")
        raise RunnerError(Text.from_json(error), Text.from_json(hint) if hint else None)
    raise RunnerError(text("The engine did not start."), text("Its log is {file}.", file=folder.engine_log))


def stop(folder: DataFolder) -> bool:
    """End the engine; running trials go on and are adopted by the next one. Whether one ran."""
    current = status(folder)
    if current.pid is None:
        return False
    ask_to_end(current.pid, _info(folder).get("started"))
    if not _wait(lambda: not _is_locked(folder), _STOP_S):
        raise RunnerError(
            text("The engine (process {pid}) does not end.", pid=current.pid),
            text("End it with: kill -9 {pid}; nothing is lost.", pid=current.pid),
        )
    return True


def _is_locked(folder: DataFolder) -> bool:
    from filelock import FileLock, Timeout

    if not folder.engine_lock.exists():
        return False
    try:
        with FileLock(str(folder.engine_lock), timeout=0, mode=0o600):
            return False
    except (Timeout, OSError):
        return True


def _wrote(info: dict[str, Any]) -> bool:
    """Whether the process that is named in the file lives and is the one that wrote it."""
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
        time.sleep(_LOOK_S)
    return condition()
