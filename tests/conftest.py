"""Fixtures that every room uses: a workspace, a Docker engine."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from filelock import FileLock

from support import commands, docker_engine
from support.workspace import Workspace

# Workers whose matrices are small: threads of their libraries only get in each other's way.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Hundreds of processes start in the suite; each would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# How long an example takes depends on what else the machine does; timings belong to the benchmarks.
# The suite checks the same examples each time, so that a failure belongs to the change that caused it;
# "make properties" tries new ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("new_examples", deadline=None)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the messages, once, before the workers of this run start."""
    if not hasattr(config, "workerinput") and find_spec("babel"):  # else the install has compiled them
        tool = Path(__file__).resolve().parents[1] / "tools" / "translations.py"
        subprocess.run([sys.executable, str(tool), "compile"], check=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests are given to the workers one by one."""
    from support.scheduling import OneByOne

    return OneByOne(config, log)


def pytest_collection_finish() -> None:
    """Keep what has been imported and collected out of the cycle collector's rounds: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def forks() -> None:
    """Commands and engines are forks of a process that has imported the libraries."""
    commands.serve()


@pytest.fixture
def workspace(forks: None, tmp_path: Path) -> Iterator[Workspace]:
    """A project and a data folder; what runs there is ended afterwards."""
    made = Workspace(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Endpoint of a real Docker engine; skipped only where none can be started."""
    shared = tmp_path_factory.getbasetemp().parent  # one for all workers
    with FileLock(str(shared / "docker-engine.lock")):
        try:
            return docker_engine.ensure()
        except docker_engine.NoEngineError as error:
            if error.possible:
                raise
            pytest.skip(str(error))


@pytest.fixture
def containers(workspace: Workspace, endpoint: str) -> Workspace:
    """A workspace whose jobs run in containers."""
    workspace.environment["DOCKER_HOST"] = endpoint
    return workspace
