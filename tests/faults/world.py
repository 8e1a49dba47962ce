"""A run's job and everything around it that faults can affect."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bayescore.app import engine_control
from bayescore.store import Trial, TrialState
from faults import program
from faults.plan import Plan
from support.docker_engine import IMAGE
from support.gpus import StandInGpus
from support.private_network import PrivateNetwork
from support.ray_cluster import RayCluster
from support.workspace import Workspace

# What is recorded in the moment in which the engine stores it, even if it dies in the next.
_STOPS = """
CREATE TABLE fault_stops (number INTEGER, attempt INTEGER, change TEXT, at REAL);
CREATE TRIGGER fault_stop AFTER UPDATE OF curve ON trials
WHEN coalesce(OLD.curve LIKE '%"stop"%' AND OLD.curve NOT LIKE '%"pause"%', 0)
    + coalesce(NEW.curve LIKE '%"stop"%' AND NEW.curve NOT LIKE '%"pause"%', 0) > 0
BEGIN
    INSERT INTO fault_stops VALUES (
        NEW.number, NEW.attempt,
        CASE WHEN coalesce(OLD.curve LIKE '%"stop"%', 0) = 0 THEN 'stored'
             WHEN coalesce(NEW.curve LIKE '%"stop"%', 0) = 0 THEN 'deleted' ELSE 'changed' END,
        (julianday('now') - 2440587.5) * 86400);
END;
"""
SECRET = "fault-suite-secret-7c1f"
_CLOCK = """
import os, sys
file = os.environ.get("FAULT_CLOCK")
if file and "bayescore.engine.host" in " ".join(sys.orig_argv):
    import datetime, time
    import bayescore.times
    real = time.time
    def offset():
        try:
            with open(file) as said:
                return float(said.read() or 0)
        except OSError:
            return 0.0
    time.time = lambda: real() + offset()
    def now():
        moment = datetime.datetime.fromtimestamp(real() + offset(), datetime.timezone.utc)
        return moment.isoformat(timespec="microseconds")
    bayescore.times.now = now
"""


@dataclass(frozen=True)
class Stop:
    """A change of what the store says about the stop of a trial; ``at`` in seconds since 1970."""

    number: int
    attempt: int
    change: str
    at: float


class World:
    """The workspace of a plan, with its engine."""

    def __init__(self, plan: Plan, root: Path, endpoint: str | None) -> None:
        self.plan = plan
        self.rng = random.Random(plan.seed + 1)
        self.root = root
        self.clock = root / "clock-offset"
        self.journals = root / "journals"
        self.started: list[subprocess.Popen[Any]] = []
        self.job = ""
        self.requested: list[str] = []  # kinds of the requests that were stored
        self.noted: list[str] = []  # what did not hold in the middle of the run
        clock = root / "clock"
        clock.mkdir(parents=True)
        (clock / "sitecustomize.py").write_text(_CLOCK)
        self.journals.mkdir()
        environment = {"FAULT_CLOCK": str(self.clock), "PYTHONPATH": str(clock), "FAULT_SECRET": SECRET}
        if plan.runner == "docker":
            environment["DOCKER_HOST"] = str(endpoint)
        elif plan.runner == "process":
            environment |= StandInGpus(root / "gpus", ["One", "Two"]).environment
        self.workspace = Workspace(root, environment)
        self._endpoint = endpoint
        self._mounted = False
        self.cluster: RayCluster | None = None

    # ---- the job

    def begin(self) -> None:
        """Start the job."""
        if self.plan.any("small_disk"):
            self._mount()
        local: dict[str, Any] = {
            "runner": self.plan.runner,
            "max_failed_trials": 50,
            "stop_when_exhausted": False,
        }
        if self.plan.in_containers:
            local["image"] = IMAGE
        else:
            local["environment"] = {"FAULT_JOURNALS": str(self.journals)}
            local |= {"gpus": "all", "trials_per_gpu": self.trials_per_gpu}
        if self.cluster is not None:
            patience = 180 * self.plan.scale
            runner = "docker" if self.plan.in_containers else "process"
            local["ray"] = {"address": self.cluster.address, "runner": runner, "patience": patience}
        for _at, fault in self.plan.faults:
            local |= fault.local
        specs = [{"name": "x", "type": "DISCRETE", "discrete_values": [i / 64 for i in range(64)]}]
        self.workspace.write(
            program.text(self.plan.behaviour, megabytes=max(1, round(1000 * self.plan.scale))),
            specs=specs,
            local=local,
            root={"parameters": {"KEY": {"is_secret": True, "source": "env", "env": "FAULT_SECRET"}}},
            max_job_count=self.plan.trials,
            parallel_count=self.plan.parallel,
            algorithm=self.plan.algorithm,
            side_metrics=["loss"],
        )
        self._watch_stops()
        self.job = self.workspace.begin()

    def _watch_stops(self) -> None:
        """Have the store note each change of a recorded stop, with its time."""
        self.workspace.database().close()
        with closing(sqlite3.connect(self.workspace.data.database)) as connection:
            connection.executescript(_STOPS)

    def stops(self) -> list[Stop]:
        """Changes of recorded stops, in their order."""
        with closing(sqlite3.connect(self.workspace.data.database, timeout=60)) as connection:
            rows = connection.execute("SELECT number, attempt, change, at FROM fault_stops ORDER BY rowid")
            return [Stop(*row) for row in rows]

    def wait_near_stop(self) -> None:
        """Wait until a trial is about to be stopped early, or until a stop has been recorded."""
        before = len(self.stops())
        if self.rng.random() < 0.5:
            self.wait(lambda: len(self.stops()) > before or self.has_ended(), "no stop is recorded")
            time.sleep(self.rng.uniform(0, 0.5))
            return

        def is_near() -> bool:
            found = (t for t in self.trials() if t.state is TrialState.RUNNING and t.curve.stop is None)
            return any(program.diverges(self.plan.behaviour, t.parameters["x"]) for t in found)

        self.wait(lambda: is_near() or self.has_ended(), "no trial diverges")
        time.sleep(self.rng.uniform(0, 1.2))

    @property
    def trials_per_gpu(self) -> int:
        """How many trials may share one of the two GPUs of a run of processes: just enough for all."""
        return (self.plan.parallel + 1) // 2

    def pass_time(self, seconds: float) -> None:
        """Wait for a time, times the plan's scale."""
        time.sleep(seconds * self.plan.scale)

    def wait(self, condition: Callable[[], object], otherwise: str, seconds: float = 60) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(otherwise)
            time.sleep(0.05)

    def trials(self) -> list[Trial]:
        """The job's trials."""
        return self.workspace.trials(self.job)

    def has_ended(self) -> bool:
        """Whether the job has."""
        return self.workspace.job(self.job).state.ended

    # ---- processes

    def environment(self) -> dict[str, str]:
        """Environment of our own commands."""
        return self.workspace._environment({})

    def engine_or_none(self) -> int | None:
        """The engine's process."""
        return engine_control.status(self.workspace.data).pid

    def engine(self) -> int:
        """The engine's process; waits for one."""
        self.wait(lambda: self.engine_or_none() is not None, "no engine runs")
        pid = self.engine_or_none()
        return pid if pid is not None else self.engine()

    def listener(self) -> str:
        """An address of the listener."""
        self.engine()
        return engine_control.status(self.workspace.data).listener[0]

    def start_engine(self) -> None:
        """Start the engine, as the next command does."""
        self.workspace.run("engine", "start", "--json")

    def kill_engine_and_watchdog(self) -> None:
        """Kill both."""
        pid = self.engine()
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(pid).parent()
            if parent is not None and "bayescore.engine.watchdog" in " ".join(parent.cmdline()):
                os.kill(parent.pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.wait(lambda: not psutil.pid_exists(pid) or _is_dead(pid), "the engine lives")

    def children(self, pid: int, word: str) -> list[int]:
        """Processes below one whose command line contains a word."""
        with suppress(psutil.NoSuchProcess):
            return [c.pid for c in psutil.Process(pid).children(recursive=True) if word in _command(c)]
        return []

    def supervisors(self) -> list[int]:
        """Supervisors of this run's trials."""
        return [
            p.pid
            for p in psutil.process_iter()
            if "supervisor" in _command(p) and str(self.root) in _command(p)
        ]

    def programs(self) -> list[int]:
        """Trial programs of this run, without their supervisors and shells."""
        return [p.pid for p in self._of_trials() if "main.py" in _command(p) and "/bin/sh" not in _command(p)]

    def trial_processes(self, node: str = "") -> list[int]:
        """Everything that trials of this run have started, supervisors included; of one node if it is named."""
        found = [p.pid for p in self._of_trials()] + self.supervisors()
        return [pid for pid in found if not node or _runs_on(pid, node)]

    def _of_trials(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                environment = process.environ()
                if (
                    environment.get("FAULT_JOURNALS") == str(self.journals)
                    and "JOB_ACCESS_TOKEN" in environment
                ):
                    found.append(process)
        return found

    def containers(self) -> list[Any]:
        """This run's containers that run."""
        import docker

        client = docker.DockerClient(base_url=self._endpoint)
        found = client.containers.list(filters={"label": "bayesdesk.data"}, ignore_removed=True)
        return [c for c in found if self._is_ours(c)]

    def all_containers(self) -> list[str]:
        """Names of this run's containers, ended ones too."""
        if self._endpoint is None:
            return []
        import docker

        client = docker.DockerClient(base_url=self._endpoint)
        found = client.containers.list(all=True, filters={"label": "bayesdesk.data"}, ignore_removed=True)
        return [c.name for c in found if self._is_ours(c)]

    def _is_ours(self, container: Any) -> bool:
        return str(container.labels["bayesdesk.data"]).startswith(f"{self.root}/")

    # ---- beginning and end

    def start_cluster(self) -> None:
        """Three nodes, with their agents' files below this run's folder."""
        home = {"BAYESDESK_AGENT_HOME": str(self.root / "agents")}
        if self._endpoint is not None:
            home["DOCKER_HOST"] = self._endpoint
        network = PrivateNetwork() if self.plan.any("network") else None
        self.cluster = RayCluster(None, {}, home, network)
        self.cluster.start()

    def _mount(self) -> None:
        home = self.workspace.data.root
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=0700", "tmpfs", str(home)], check=True)
        self._mounted = True

    def close(self) -> None:
        """End everything and take the file system away."""
        self.workspace.close()
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pid in self.trial_processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.cluster is not None:
            self.cluster.close()
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.workspace.data.root)], check=False)


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def _runs_on(pid: int, node: str) -> bool:
    with suppress(psutil.Error):
        return f"/{node}/jobs/" in _command(psutil.Process(pid)) + psutil.Process(pid).cwd()
    return False


def _is_dead(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True
