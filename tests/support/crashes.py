"""An engine that dies at a step and another one in its place; a trial whose processes disappear."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from bayescore.app import engine_control
from support import commands, crashing_engine
from support.workspace import Workspace, wait_until


def crash_and_restart(workspace: Workspace, moment: str, step: str) -> None:
    """Run an engine until it dies before or after a step, then start another."""
    crashed = commands.run(
        [sys.executable, crashing_engine.__file__, step, moment, str(workspace.data.root)],
        workspace.root,
        os.environ,
        timeout=60,
    )
    assert crashed.returncode == -signal.SIGKILL, crashed.stderr
    engine_control.start(workspace.data)


@contextmanager
def crashing(workspace: Workspace, moment: str, step: str) -> Iterator[subprocess.Popen[bytes]]:
    """An engine that dies at a step."""
    arguments = [sys.executable, crashing_engine.__file__, step, moment, str(workspace.data.root)]
    engine = subprocess.Popen(arguments, cwd=workspace.root)
    try:
        yield engine
    finally:
        engine.kill()
        engine.wait()


def kill_supervisor(workspace: Workspace, job: str) -> None:
    """Kill the supervisor of trial 1, with all that runs below it."""
    file = workspace.data.trial(job, 1) / "supervisor.json"
    wait_until(lambda: file.exists() and file.read_text(), "there is no supervisor")
    process = psutil.Process(int(json.loads(file.read_text())["pid"]))
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):  # it ends with its parent
            each.kill()
