"""Runners of programs: Docker, and processes of this machine."""

from bayescore.trials.runners.base import GRACE_S, Exit, Runner
from bayescore.trials.runners.docker import DockerRunner
from bayescore.trials.runners.process import ProcessRunner, default_python

__all__ = ["GRACE_S", "DockerRunner", "Exit", "ProcessRunner", "Runner", "default_python"]
