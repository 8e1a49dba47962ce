"""A project, a data folder and the real command line, for tests that act as a user does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bayescore.app import consent, engine_control
from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.store import Database, DataFolder, Job, Trial, events, jobs, trials
from support import commands
from support.builders import a_finished_job

BIN = Path(sys.executable).parent
UNIT = {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0}
REPORT_X = """
import argparse
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
log_metric("score", args.x)
"""


@dataclass(frozen=True)
class Done:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


@dataclass
class Workspace:
    """One project folder and one data folder."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    allows: bool = True  # whether to confirm the requests of its projects

    @property
    def project(self) -> Path:
        return self.root / "project"

    @property
    def data(self) -> DataFolder:
        return DataFolder(self.root / "home")

    def write(
        self,
        program: str = REPORT_X,
        *,
        specs: list[dict[str, Any]] | None = None,
        local: Mapping[str, Any] | None = None,
        files: Mapping[str, str] | None = None,
        root: Mapping[str, Any] | None = None,
        **tuning: Any,
    ) -> Path:
        """Write a project whose trials run ``program``; return its ``openbayes.yaml``."""
        self.project.mkdir(parents=True, exist_ok=True)
        (self.project / "main.py").write_text(program, encoding="utf-8")
        section = {
            "max_job_count": 3,
            "parallel_count": 2,
            "hyperparameter_metric": "score",
            "goal": "MAXIMIZE",
            "algorithm": "Random",
            "parameter_specs": specs if specs is not None else [UNIT],
            "side_metrics": [],
            **tuning,
        }
        settings = {
            "data_bindings": [],
            "resource": "t4",
            "env": "python-3.11",
            "command": "python main.py",
            "node": 1,
            "parameters": {},
            **(root or {}),
            "hyper_tuning": section,
        }
        file = self.project / "openbayes.yaml"
        file.write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
        own = {"runner": "process", "gpus": "none", **(local or {})}
        (self.project / "openbayes.local.yaml").write_text(json.dumps(own), encoding="utf-8")
        for name, content in (files or {}).items():
            target = self.project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        return file

    def allow(self) -> None:
        """Confirm the requests of the project, as a first start with ``--yes`` does."""
        self.data.root.mkdir(parents=True, exist_ok=True)
        prepared = prepare(self.project, Options())
        consent.remember(self.data, prepared, prepared.permissions)

    def _environment(self, changes: Mapping[str, str]) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "LC_MESSAGES")}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        return {
            **inherited,
            "PATH": path,
            "BAYESDESK_HOME": str(self.data.root),
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",  # nothing appears on the desktop of whoever runs the tests
            **self.environment,
            **changes,
        }

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start ``bayesdesk …`` in the project's folder."""
        return subprocess.Popen(
            self._command(arguments),
            cwd=self._folder(),
            env=self._environment(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, timeout: float = 180) -> Done:
        """Run ``bayesdesk …`` and wait until it exits."""
        done = commands.run(
            self._command(arguments), self._folder(), self._environment(env or {}), timeout=timeout
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [str(BIN / "bayesdesk"), *(_allowing(arguments) if self.allows else arguments)]

    def _folder(self) -> Path:
        return self.project if self.project.exists() else self.root

    def tune(self, *options: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Run the job of the project to its end; return the output of ``--json``."""
        done = self.run("gear", "run", "hypertuning", "--json", "--seed", "1", *options, env=env)
        assert done.out, done.err
        return done.json()

    def begin(self, *options: str, env: Mapping[str, str] | None = None) -> str:
        """Start the job of the project; return its id."""
        done = self.run("gear", "run", "hypertuning", "--detach", "--json", "--seed", "1", *options, env=env)
        assert done.out, done.err
        return str(done.json()["id"])

    def insert(self, **options: Any) -> Job:
        """Insert a job of the project that has run, see :func:`support.builders.a_finished_job`; nothing runs."""
        self.allow()
        submission = prepare(self.project, Options(seed=1)).submission
        assert submission is not None
        database = self.database()
        try:
            return a_finished_job(database, submission, **options)
        finally:
            database.close()

    # ---- what the store says

    def database(self) -> Database:
        return Database(self.data).open()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that is closed afterwards: an open store cannot be replaced."""
        try:
            with self._store.read() as connection:
                yield connection
        finally:
            self._store.close()

    @cached_property
    def _store(self) -> Database:
        """The store, opened once: what waits for a state reads it fifty times a second."""
        return self.database()

    def wait_for_event(self, identifier: str, kind: str, otherwise: str) -> None:
        """Wait until a job has an event of a kind."""
        wait_until(lambda: kind in self.events(identifier), otherwise)

    def job(self, identifier: str) -> Job:
        with self.reading() as connection:
            return jobs.get(connection, identifier)

    def trials(self, identifier: str) -> list[Trial]:
        with self.reading() as connection:
            return trials.of_job(connection, identifier)

    def events(self, identifier: str) -> list[str]:
        """Kinds of a job's events."""
        with self.reading() as connection:
            return [e.kind for e in events.of_job(connection, identifier)]

    def wait_ended(self, identifier: str, seconds: float = 120) -> dict[str, Any]:
        """Wait until the job has ended; return it as JSON."""
        wait_until(lambda: self.job(identifier).state.ended, f"job {identifier} has not ended", seconds)
        return self.run("show", identifier, "--json").json()

    def wait_running(self, identifier: str, count: int, seconds: float = 120) -> list[Trial]:
        """Wait until ``count`` trials are running; return them."""

        def running() -> list[Trial]:
            return [t for t in self.trials(identifier) if t.state == "running"]

        wait_until(lambda: len(running()) >= count, f"{count} trials do not run", seconds)
        return running()

    # ---- the engine

    def kill_engine(self) -> int:
        """Kill the engine; return its pid."""
        pid = engine_control.status(self.data).pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_watchdog_and_engine(self) -> None:
        """Kill both, as the end of a process tree does."""
        pid = engine_control.status(self.data).pid
        assert pid is not None
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        for process in (parent, pid):
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not engine_control.status(self.data).running, "the engine still runs")

    def close(self) -> None:
        """Stop every job and the engine, if an engine has ever been started."""
        if not self.data.engine_log.exists():
            return
        with suppress(Exception):
            self.run("engine", "stop", "--and-trials", timeout=60)


def _allowing(arguments: Sequence[str]) -> tuple[str, ...]:
    """A command with ``--yes``, if it may ask for confirmation."""
    for words in (("gear", "run", "hypertuning"), ("continue",), ("rerun",)):
        if tuple(arguments[: len(words)]) == words:
            return (*words, "--yes", *arguments[len(words) :])
    return tuple(arguments)


def wait_until(condition: Callable[[], Any], otherwise: str, seconds: float = 120) -> None:
    """Return when the condition holds; fail with ``otherwise`` if it never does.

    The limit is for a hang: a busy machine is slow, and that is no failure.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
