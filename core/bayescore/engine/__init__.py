"""The loop that runs jobs, and the process that hosts it."""

from bayescore.engine.control import EngineStatus, start, status, stop
from bayescore.engine.prepare import Options, Prepared, prepare

__all__ = ["EngineStatus", "Options", "Prepared", "prepare", "start", "status", "stop"]
