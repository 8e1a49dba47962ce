"""Overhead and utilization of a Ray cluster of three nodes on this machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bayescore.store import Trial
from bayescore.times import parsed
from bench.figure import Figure
from bench.load import LOAD
from support.ray_cluster import RayCluster, ray_cluster
from support.workspace import Workspace

_REPORT = 'printf \'{"metrics": {"score": [{"value": 1}]}}\\n\' >> "$BAYESDESK_SPOOL"'
_ONE_BY_ONE = 30
_JOBS = 12  # one for each CPU of three nodes with four: a job has at most 100 trials
_OF_EACH = max(2, round(84 * LOAD))
_LOOK_S = 0.5


def measure() -> Iterator[Figure]:
    """Dispatch here and on the cluster, then trials of one second in all slots."""
    with tempfile.TemporaryDirectory() as folder, ray_cluster(Path(folder)) as cluster:
        here = _seconds_each(_run(Path(folder) / "here", {"runner": "process"}))
        there = _seconds_each(_run(Path(folder) / "there", _on(cluster)))
        yield Figure("one trial after the other, on this machine", here, "s a trial")
        yield Figure("on a cluster of three nodes", there, "s a trial")
        yield Figure("overhead of the cluster", (there - here) * 1000, "ms", at_most=100)
        found = _many(Path(folder) / "many", _on(cluster))
        began = min(parsed(t.created_at) for t in found)
        ended = max(parsed(str(t.ended_at)) for t in found)
        span = (ended - began).total_seconds()
        yield Figure(f"{len(found)} trials of 1 s in {_JOBS} slots", span, "s")
        capacity = _JOBS * span
        held = sum((parsed(str(t.ended_at)) - parsed(t.created_at)).total_seconds() for t in found)
        yield Figure("  time for which slots had a trial", 100 * held / capacity, "%", at_least=90)
        yield Figure("  time for which programs slept", 100 * len(found) / capacity, "%")


def _on(cluster: RayCluster) -> dict[str, Any]:
    return {"runner": "ray", "ray": {"address": cluster.address, "runner": "process"}, "gpus": "none"}


def _run(root: Path, local: dict[str, Any]) -> list[Trial]:
    """A job of short trials, one at a time."""
    workspace = _workspace(root, local, "true", _ONE_BY_ONE, 1)
    try:
        job = workspace.begin()
        _wait(workspace, job)
        return workspace.trials(job)
    finally:
        workspace.close()


def _many(root: Path, local: dict[str, Any]) -> list[Trial]:
    """Concurrent jobs, one for each slot."""
    workspace = _workspace(root, local, "sleep 1", _OF_EACH, 1)

    def whole(_number: int) -> list[Trial]:
        job = workspace.begin()
        _wait(workspace, job)
        return workspace.trials(job)

    try:
        with ThreadPoolExecutor(_JOBS) as pool:
            return [trial for trials in pool.map(whole, range(_JOBS)) for trial in trials]
    finally:
        workspace.close()


def _wait(workspace: Workspace, job: str) -> None:
    """Poll seldom: the engine and the nodes need the processor."""
    while not workspace.job(job).state.ended:
        time.sleep(_LOOK_S)


def _workspace(root: Path, local: dict[str, Any], program: str, count: int, at_once: int) -> Workspace:
    root.mkdir()
    workspace = Workspace(root)
    command = f"{_REPORT}; {program}; true"
    workspace.write(local=local, max_job_count=count, parallel_count=at_once, root={"command": command})
    return workspace


def _seconds_each(found: list[Trial]) -> float:
    """Seconds a trial from the second one on: the first one waits for its slot."""
    first, last = parsed(found[1].created_at), parsed(str(found[-1].ended_at))
    return (last - first).total_seconds() / (len(found) - 1)
