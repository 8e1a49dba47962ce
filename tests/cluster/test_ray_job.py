"""Jobs on a real Ray cluster of three nodes: spread, watched live, and none of its parts is missed for long."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.ray_cluster import RayCluster, ray_cluster
from support.workspace import REPORT_X, Workspace, wait_until

REPORTS = 6
PROGRAM = (
    REPORT_X
    + f"""
import os, time
print("GPU", os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
open("weights.txt", "w").write(str(args.x))
for i in range({REPORTS - 1}):
    time.sleep(0.4)
    log_metric("score", args.x + i + 1)
while not os.path.exists(os.environ["GO"]): time.sleep(0.02)
"""
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    with ray_cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def begin(workspace: Workspace, cluster: RayCluster, **tuning: Any) -> str:
    settings = {"address": cluster.address, "runner": "process", "patience": 2}
    local = {"runner": "ray", "ray": settings, "gpus": "all", "environment": {"GO": str(go(workspace))}}
    workspace.write(PROGRAM, local=local, **tuning)
    return workspace.begin()


def go(workspace: Workspace) -> Path:
    """A file without which no trial ends."""
    return workspace.root / "go"


def check_that_all_is_here(workspace: Workspace, job: str) -> None:
    for trial in workspace.wait_ended(job)["trials"]:
        assert trial["state"] == "succeeded", trial
        x = trial["parameters"]["x"]
        assert trial["metrics"]["score"] == pytest.approx([x, *(x + i + 1 for i in range(REPORTS - 1))])
        folder = workspace.data.trial(job, trial["number"])
        assert (folder / "output" / "weights.txt").read_text() == str(x)
        assert (folder / "log.txt").read_text().startswith("GPU ")


def test_that_trials_are_spread_over_the_nodes_gpus_and_all_of_them_comes_home(
    workspace: Workspace, cluster: RayCluster
) -> None:
    job = begin(workspace, cluster, max_job_count=6, parallel_count=3)
    wait_until(lambda: "GPU" in workspace.run("logs", job, "1").out, "no live log", 90)
    workspace.wait_running(job, 3)
    go(workspace).touch()
    check_that_all_is_here(workspace, job)
    assert {place for t in workspace.trials(job) for place in t.gpus} == {"b/0", "c/0", "c/1"}
    assert {t.attempt for t in workspace.trials(job)} == {1}
    left = [
        p for p in Path(cluster.environment["BAYESDESK_AGENT_HOME"]).glob("*/*/jobs/*/trials/*") if p.is_dir()
    ]
    assert left == []


def test_that_a_killed_engine_and_a_killed_agent_cost_nothing(
    workspace: Workspace, cluster: RayCluster
) -> None:
    job = begin(workspace, cluster, max_job_count=4, parallel_count=3)
    workspace.wait_running(job, 3)
    workspace.kill_engine()
    for process in psutil.process_iter(["cmdline"]):
        if "NodeAgent" in " ".join(process.info["cmdline"] or ()):
            process.send_signal(signal.SIGKILL)
    go(workspace).touch()
    check_that_all_is_here(workspace, job)
    assert {t.attempt for t in workspace.trials(job)} == {1}


def test_that_a_node_that_goes_away_loses_its_trials_to_the_others(
    workspace: Workspace, cluster: RayCluster
) -> None:
    job = begin(workspace, cluster, max_job_count=5, parallel_count=3)
    workspace.wait_running(job, 3)
    cluster.remove("c")
    go(workspace).touch()
    try:
        check_that_all_is_here(workspace, job)
    finally:
        cluster.add("c", num_cpus=4, num_gpus=2)
    again = [t for t in workspace.trials(job) if t.attempt > 1]
    assert [t.gpus for t in again] == [("b/0",)] * 2
