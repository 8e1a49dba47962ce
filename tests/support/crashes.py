"""An engine that dies at a step, and another one in its place."""

from __future__ import annotations

import os
import signal
import sys

from bayescore.app import engine_control
from support import commands, crashing_engine
from support.workspace import Workspace


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
