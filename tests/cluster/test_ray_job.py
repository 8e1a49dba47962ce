"""Jobs on a real Ray cluster of three nodes: scheduling, live logs, and the loss of a node."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil
import pytest

from bayescore.cluster import known_nodes
from bayescore.cluster.inspection import check_folders
from bayescore.errors import RunnerError
from bayescore.metrics import read_summary
from bayescore.store import InPlace, points, settings, transfers
from support.ray_cluster import RayCluster, ray_cluster
from support.workspace import REPORT_X, Workspace, wait_until

REPORTS = 6
LARGE = 17 << 20  # bytes: large enough for its transfer to be reported
PROGRAM = (
    REPORT_X
    + f"""
import os, time
print("GPU", os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
open("weights.txt", "w").write(str(args.x))
open("large.bin", "wb").write(bytes({LARGE}))
for i in range({REPORTS - 1}):
    time.sleep(0.1)
    log_metric("score", args.x + i + 1)
while not os.path.exists(os.environ["GO"]): time.sleep(0.02)
"""
)

SILENT = """
import argparse, os, time
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
print(f"x={args.x}", flush=True)
open("m.jsonl", "w").write('{"f1": 1}\\n')
while not os.path.exists(os.environ["GO"]): time.sleep(0.02)
open("m.jsonl", "a").write('{"f1": 2}')
print("x=7")
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    with ray_cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def begin(
    workspace: Workspace,
    cluster: RayCluster,
    program: str = PROGRAM,
    local: Mapping[str, Any] = MappingProxyType({}),
    **tuning: Any,
) -> str:
    settings = {"address": cluster.address, "runner": "process", "patience": 2}
    common = {"runner": "ray", "ray": settings, "gpus": "all", "environment": {"GO": str(go(workspace))}}
    workspace.write(program, local={**common, **local}, **tuning)
    return workspace.begin()


def go(workspace: Workspace) -> Path:
    """A file that trials wait for."""
    return workspace.root / "go"


def running(word: str) -> list[int]:
    """Processes whose command line contains a word."""
    processes = psutil.process_iter(["cmdline"])
    return [p.pid for p in processes if word in " ".join(p.info["cmdline"] or ())]


def check_that_all_is_here(workspace: Workspace, job: str) -> None:
    for trial in workspace.wait_ended(job)["trials"]:
        assert trial["state"] == "succeeded", trial
        x = trial["parameters"]["x"]
        assert trial["metrics"]["score"] == pytest.approx([x, *(x + i + 1 for i in range(REPORTS - 1))])
        folder = workspace.data.trial(job, trial["number"])
        assert (folder / "output" / "weights.txt").read_text() == str(x)
        assert (folder / "output" / "large.bin").stat().st_size == LARGE
        assert (folder / "log.txt").read_text().startswith("GPU ")


def findings_before_the_start(workspace: Workspace) -> str:
    """Findings of the checks before a start, run in a process that does not stay connected to the cluster."""
    asked = (
        "import sys; from pathlib import Path; from bayescore.app.options import Options;"
        "from bayescore.app.preflight import preflight;"
        "found = preflight(Path(sys.argv[1]), Options(), Path(sys.argv[2])).findings;"
        "print(*(f'{f.grade} {f.message}' for f in found), sep='\\n')"
    )
    command = [
        sys.executable,
        "-c",
        asked,
        str(workspace.project / "openbayes.yaml"),
        str(workspace.data.root),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def nodes_seen(workspace: Workspace) -> dict[str, tuple[float, float]]:
    """GPUs and free GPUs of each node."""
    with workspace.reading() as connection:
        return {node.name: (node.gpus, node.gpus_free) for node in known_nodes.known(connection)}


def test_that_metrics_are_read_on_the_nodes_while_trials_run_also_by_a_new_engine(
    workspace: Workspace, cluster: RayCluster
) -> None:
    job = begin(
        workspace,
        cluster,
        SILENT,
        {"metrics": [{"log": r"x=(?P<score>\S+)"}, {"jsonl": "m.jsonl"}, {"csv": "none.csv"}]},
        max_job_count=2,
    )

    def reported(count: int) -> bool:
        with workspace.reading() as connection:
            found = points.since(connection, workspace.job(job).seq)
        return len(found) >= count

    workspace.wait_running(job, 2)
    wait_until(lambda: reported(4), "nothing is read while the trials run")
    workspace.kill_engine()
    workspace.run("engine", "start")
    go(workspace).touch()
    for trial in workspace.wait_ended(job)["trials"]:
        assert trial["metrics"] == {"score": [trial["parameters"]["x"], 7], "f1": [1, 2]}
        summary = read_summary(workspace.data.trial(job, trial["number"]))
        assert [sum(found.values()) for found in summary.found.values()] == [2, 2, 0]
    assert "metrics_nothing_found" in workspace.events(job)


def test_that_trials_are_spread_over_the_nodes_and_unsuitable_or_lost_nodes_are_not_used(
    workspace: Workspace, cluster: RayCluster
) -> None:
    (workspace.root / "set").mkdir()
    elsewhere = str(workspace.root / "not-there")
    job = begin(
        workspace,
        cluster,
        local={"data": {"me/set/1": {"default": str(workspace.root / "set"), "late": elsewhere}}},
        root={"data_bindings": [{"data": "me/set/1", "path": "/input0"}]},
        max_job_count=5,
        parallel_count=4,
    )
    log = workspace.data.trial(job, 1) / "log.txt"
    wait_until(lambda: log.exists() and "\n" in log.read_text(), "no live log")
    assert workspace.run("logs", job, "1").out.startswith("GPU ")
    workspace.wait_running(job, 3)
    assert {place for t in workspace.trials(job) for place in t.gpus} == {"b/0", "c/0", "c/1"}
    all_taken = {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
    wait_until(lambda: nodes_seen(workspace) == all_taken, "other nodes are seen")
    cluster.add("late", num_cpus=4, num_gpus=2)
    cluster.remove("c")
    wait_until(lambda: "c" not in nodes_seen(workspace), "the node is not missed")
    workspace.wait_for_event(job, "node_left_out", "it is not said what the node lacks")
    assert elsewhere in workspace.run("show", job).out
    assert f"warning late would get no trials: The folder {elsewhere}" in findings_before_the_start(workspace)
    go(workspace).touch()
    check_that_all_is_here(workspace, job)
    with workspace.reading() as connection:
        assert settings.get(connection, transfers.transfer_key(job)) == "", (
            "no transfer was reported, or not its end"
        )
    assert sorted(t.attempt for t in workspace.trials(job)) == [1, 1, 1, 2, 2]
    assert {t.gpus for t in workspace.trials(job)} == {("b/0",)}
    agents = Path(cluster.environment["BAYESDESK_AGENT_HOME"])
    wait_until(lambda: not list(agents.glob("*/b/jobs/*/trials/*")), "the node keeps what is here")
    wait_until(lambda: not running("ray::NodeAgent"), "agents stay after the last job")


def test_that_a_trial_of_two_gpus_gets_both_of_a_node_and_data_at_its_path_or_as_it_was_sent(
    workspace: Workspace, cluster: RayCluster
) -> None:
    disk = workspace.root / "disk"
    disk.mkdir()
    (disk / "x.txt").write_text("at its path")
    workspace.write(
        REPORT_X
        + "import json, os\n"
        + "found = {n: [os.path.realpath(n), open(n + '/x.txt').read()] for n in ('elsewhere', 'data')}\n"
        + "json.dump({**found, 'gpus': os.environ['CUDA_VISIBLE_DEVICES']}, open('seen.json', 'w'))\n",
        max_job_count=2,
        files={"data/x.txt": "sent", "data/deep/y.txt": "y"},
        local={
            "runner": "ray",
            "ray": {"address": cluster.address, "runner": "process"},
            "gpus": "all",
            "gpus_per_trial": 2,
            "in_place": ["data"],
            "send": ["data"],
        },
    )
    (workspace.project / "elsewhere").symlink_to(disk)
    job = workspace.tune()
    assert job["state"] == "succeeded", job["reason"]
    places = [place for trial in workspace.trials(job["id"]) for place in trial.gpus]
    assert [place.partition("/")[2] for place in places] == ["0,1"] * 2, places
    for number in (1, 2):
        seen = json.loads((workspace.data.trial(job["id"], number) / "output" / "seen.json").read_text())
        assert seen["gpus"] == "0,1"
        assert seen["elsewhere"] == [str(disk), "at its path"]
        place, content = seen["data"]
        assert content == "sent"
        assert Path(place).is_relative_to(cluster.environment["BAYESDESK_AGENT_HOME"])
    assert (workspace.project / "data" / "deep" / "y.txt").read_text() == "y"


def test_that_a_node_without_what_is_used_in_place_is_named(tmp_path: Path) -> None:
    file = tmp_path / "train.bin"
    file.write_bytes(b"x")
    here = InPlace("train.bin", str(file), is_folder=False, size=1)
    lacking = InPlace("data", str(tmp_path / "data"))
    check_folders("lab-1", (), (here, replace(lacking, send=True)))
    with pytest.raises(RunnerError, match=r"data is not on the node lab-1.*send: \[data\]"):
        check_folders("lab-1", (), (here, lacking))
    with pytest.raises(RunnerError, match="another size"):
        check_folders("lab-1", (), (replace(here, size=2),))
