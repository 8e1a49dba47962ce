"""What the command line and the window call: actions on jobs, checks, new projects."""

from bayescore.app.engine_control import EngineStatus, start, status, stop
from bayescore.app.prepare import Options, Prepared, prepare

__all__ = ["EngineStatus", "Options", "Prepared", "prepare", "start", "status", "stop"]
