"""What a Ray cluster adds to a trial, and how busy it keeps its places: three nodes on this machine."""

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
_JOBS = 12  # side by side, for one job has at most 100 trials: three nodes with four CPUs each
_OF_EACH = max(2, round(84 * LOAD))
_LOOK_S = 0.5


def measure() -> Iterator[Figure]:
    """Dispatch here and on the cluster, then trials of one second on all places."""
    with tempfile.TemporaryDirectory() as folder, ray_cluster(Path(folder)) as cluster:
        here = _seconds_each(_run(Path(folder) / "here", {"runner": "process"}))
        there = _seconds_each(_run(Path(folder) / "there", _on(cluster)))
        yield Figure("one trial after the other, on this machine", here, "s a trial")
        yield Figure("on a cluster of three nodes", there, "s a trial")
        yield Figure("what the cluster adds", (there - here) * 1000, "ms", at_most=100)
        found = _many(Path(folder) / "many", _on(cluster))
        began = min(parsed(t.created_at) for t in found)
        ended = max(parsed(str(t.ended_at)) for t in found)
        span = (ended - began).total_seconds()
        yield Figure(f"{len(found)} trials of 1 s on {_JOBS} places", span, "s")
        places = _JOBS * span
        held = sum((parsed(str(t.ended_at)) - parsed(t.created_at)).total_seconds() for t in found)
        yield Figure("  time of the places that trials had", 100 * held / places, "%", at_least=90)
        yield Figure("  time of the places that programs slept", 100 * len(found) / places, "%")


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
    """Several jobs side by side, a place each."""
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
    """Look seldom: the machine is to be the engine's and the nodes'."""
    while not workspace.job(job).state.ended:
        time.sleep(_LOOK_S)


def _workspace(root: Path, local: dict[str, Any], program: str, count: int, at_once: int) -> Workspace:
    root.mkdir()
    workspace = Workspace(root)
    command = f"{_REPORT}; {program}; true"
    workspace.write(local=local, max_job_count=count, parallel_count=at_once, root={"command": command})
    return workspace


def _seconds_each(found: list[Trial]) -> float:
    """From the second trial on: the first one waits for its places to come."""
    first, last = parsed(found[1].created_at), parsed(str(found[-1].ended_at))
    return (last - first).total_seconds() / (len(found) - 1)
