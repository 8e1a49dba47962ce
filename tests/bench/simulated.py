"""Load of the engine with a cluster of 200 nodes, whose agents simulate trials that report."""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bayescore.cluster.address import ClusterAddress
from bayescore.cluster.connection import Node
from bayescore.cluster.messages import Packed, SyncOffsets, TrialUpdate
from bayescore.cluster.ray_runner import ClusterCallbacks, RayRunner
from bayescore.config import Algorithm
from bayescore.engine.loop import Engine
from bayescore.store import Database, DataFolder, Submission, jobs
from bayescore.trials.runners import Exit
from bench.figure import Figure
from bench.load import LOAD
from support.builders import a_submission

_NODES = max(2, round(200 * LOAD))
_GPUS = 8
_AT_ONCE = 100  # trials of a job
_RATE = 12.5  # points a second of one trial: 20,000 of all
_ANSWER_S = 2.0  # between two answers of an agent
_RUN_S = 60.0
_NO_CALLBACKS = ClusterCallbacks(lambda _nodes: None, lambda *_moved: None, lambda *_left_out: None)


@dataclass(eq=False)
class _Answer:
    """An object reference that is ready at a given time."""

    at: float
    value: Callable[[], Any]


class _Ray:
    """The part of Ray that the runner uses."""

    def wait(self, answers: list[_Answer], num_returns: int, timeout: float) -> tuple[list[_Answer], Any]:
        del num_returns
        first = min(answers, key=lambda each: each.at)
        left = first.at - time.monotonic()
        if left > timeout:
            time.sleep(timeout)
            return [], answers
        time.sleep(max(0.0, left))
        return [first], answers

    def get(self, answer: _Answer, timeout: float = 0.0) -> Any:
        del timeout
        return answer.value()


class _Remote:
    """A method of a simulated actor."""

    def __init__(self, function: Callable[..., Any], delay: float = 0.0) -> None:
        self._function, self._delay = function, delay

    def remote(self, *arguments: Any, **named: Any) -> _Answer:
        return _Answer(time.monotonic() + self._delay, partial(self._function, *arguments, **named))


class _Agent:
    """An agent whose trials report at a steady rate until they are stopped."""

    def __init__(self) -> None:
        self._reported_until: dict[str, float] = {}  # by handle
        self._stopped: set[str] = set()
        self.sent = 0
        self.check = _Remote(lambda _inputs: None)
        self.has_snapshot = _Remote(lambda _digest: True)
        self.start = _Remote(lambda launch, _digest: launch.name)
        self.adopt = _Remote(lambda _launch: None)
        self.stop = _Remote(lambda handle, _grace: self._stopped.add(handle))
        self.remove = _Remote(lambda _handle, keep_output: None)
        self.programs = _Remote(dict)
        self.pack_output = _Remote(lambda _job, _number, _limit: Packed(0, "", b""))
        self.updates = _Remote(self._updates, _ANSWER_S)

    def _updates(self, wanted: Mapping[str, SyncOffsets], _wait: float) -> dict[str, TrialUpdate]:
        found, now = {}, time.monotonic()
        for handle, seen in wanted.items():
            last = self._reported_until.setdefault(handle, now)
            count = int((now - last) * _RATE)
            self._reported_until[handle] += count / _RATE
            spool = b'{"metrics": {"score": [{"value": 0.5}]}}\n' * count
            self.sent += count
            ended = Exit(0) if handle in self._stopped else None
            found[handle] = TrialUpdate(spool, b"", SyncOffsets(seen.spool + len(spool)), ended)
        return found


class _Agents:
    """The simulated cluster; see :class:`bayescore.cluster.agents.Agents`."""

    home = "simulated"

    def __init__(self) -> None:
        self.ray = _Ray()
        self._nodes = [Node(f"n{i}", f"n{i}", gpus=_GPUS, cpus=64) for i in range(_NODES)]
        self.agents = {node.name: _Agent() for node in self._nodes}

    def nodes(self) -> list[Node]:
        return self._nodes

    def on(self, node: str) -> _Agent:
        return self.agents[node]

    def ask(self, node: str, answer: _Answer) -> Any:
        del node
        return self.ray.get(answer)

    def stop_all(self) -> None:
        """Nothing to stop."""

    def forget(self, node: str) -> None:
        del node


class _Slots:
    """Slots of which each GPU is one."""

    def __init__(self) -> None:
        self._all = [f"n{i}/{gpu}" for i in range(_NODES) for gpu in range(_GPUS)]

    def find(self, job: str, submission: Submission, most: int, leased: Mapping[str, int]) -> str | None:
        del job, submission, most
        return next((lease for lease in self._all if lease not in leased), None)

    def release(self, job: str) -> None:
        del job

    def look(self) -> None:
        """Nothing to check."""

    def keep_only(self, wanted: set[str]) -> None:
        del wanted

    def close(self) -> None:
        """Nothing runs."""


def measure() -> Iterator[Figure]:
    """Cost of 1,600 concurrent trials that send 20,000 points a second."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measured(Database(DataFolder(Path(folder) / "home")).open(), Path(folder) / "project")


def _measured(database: Database, project: Path) -> Iterator[Figure]:
    project.mkdir()
    (project / "main.py").write_text("")
    agents, trials = _Agents(), _NODES * _GPUS
    engine = Engine(database)
    cluster = ClusterAddress("simulated:1", "process", 180)
    runner = RayRunner(cluster, database.folder, engine._awake.set, _NO_CALLBACKS)
    runner.agents = runner._sync._agents = runner._readiness._agents = agents  # type: ignore[assignment]
    runner.slots = _Slots()  # type: ignore[assignment]
    engine._runners._made[cluster.endpoint] = runner
    with database.write() as connection:
        for number in range(-(-trials // _AT_ONCE)):
            jobs.add(connection, _submission(project, cluster, min(_AT_ONCE, trials - number * _AT_ONCE)))
    engine.start()
    thread = threading.Thread(target=engine.run)
    began = time.monotonic()
    thread.start()
    while _running(database) < trials and time.monotonic() - began < 600:
        time.sleep(0.5)
    yield Figure(f"{trials} trials on {_NODES} simulated nodes: all run after", time.monotonic() - began, "s")
    process = psutil.Process()
    stored, cpu, at = _points(database), sum(process.cpu_times()[:2]), time.monotonic()
    sent = sum(agent.sent for agent in agents.agents.values())
    time.sleep(_RUN_S)
    span = time.monotonic() - at
    yield Figure("points received", (sum(a.sent for a in agents.agents.values()) - sent) / span, "a second")
    yield Figure("points stored", (_points(database) - stored) / span, "a second")
    yield Figure("engine's share of a core", 100 * (sum(process.cpu_times()[:2]) - cpu) / span, "%")
    yield Figure("engine's memory", process.memory_info().rss / 2**20, "MiB")
    engine.end()
    thread.join(timeout=60)


def _submission(project: Path, cluster: ClusterAddress, count: int) -> Any:
    submission = a_submission()
    tuning = submission.config.hyper_tuning.model_copy(
        update={"max_job_count": count, "parallel_count": count, "algorithm": Algorithm.RANDOM}
    )
    config = submission.config.model_copy(update={"hyper_tuning": tuning, "command": "python main.py"})
    local = submission.local.model_copy(update={"python": sys.executable})
    return replace(
        submission,
        project=str(project),
        config=config,
        local=local,
        runner="ray",
        endpoint=cluster.endpoint,
        image=None,
        inputs=(),
    )


def _running(database: Database) -> int:
    with database.read() as connection:
        return int(
            connection.exec_driver_sql("SELECT count(*) FROM trials WHERE state = 'running'").scalar_one()
        )


def _points(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT coalesce(max(seq), 0) FROM points").scalar_one())
