"""Jobs whose programs report nothing: their metrics are read from what they write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bayescore.app import engine_control
from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.metrics import Collector, read_summary
from bayescore.store import jobs, points
from support import crashing_engine
from support.stepped_engine import SteppedEngine
from support.workspace import Workspace, wait_until

OPTIONS = """
import argparse, os, time
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args, _ = parser.parse_known_args()
def wait(name):
    while not os.path.exists(os.path.join(os.environ["GO"], name)): time.sleep(0.02)
"""
PRINTS = OPTIONS + "for epoch in range(5): print(f'epoch {epoch}: train_loss=9 val_loss={args.x + epoch}')\n"
LOSS = {"log": r"epoch (?P<step>\d+).* val_loss[=: ]+(?P<loss>[-+.\deE]+)"}
TABLE = {"csv": "runs/*/results.csv"}
BOTH = (
    OPTIONS
    + """
os.makedirs("runs/a", exist_ok=True)
with open("runs/a/results.csv", "w", buffering=1) as table:
    table.write(" epoch, f1\\n")
    for epoch in range(1, 40):
        print(f"epoch {epoch} val_loss={epoch}", flush=True)
        table.write(f" {epoch}, {epoch}\\n")
        if epoch == 10: wait("go")
        time.sleep(0.02)
print("epoch 40 val_loss=40", end="")
"""
)


def write(workspace: Workspace, program: str, *sources: dict[str, Any], **tuning: Any) -> None:
    local = {"metrics": list(sources), "environment": {"GO": str(workspace.root)}}
    tuning = {"hyperparameter_metric": "loss", "goal": "MINIMIZE", **tuning}
    workspace.write(program, local={**local, **tuning.pop("local", {})}, **tuning)


def reported(workspace: Workspace, job: str) -> int:
    with workspace.reading() as connection:
        return points.count(connection, workspace.job(job).seq)


def check_that_each_value_is_stored_once(ended: dict[str, Any]) -> None:
    for trial in ended["trials"]:
        assert trial["state"] == "succeeded", trial
        assert trial["metrics"] == {"loss": list(range(1, 41)), "f1": list(range(1, 40))}


def test_that_a_program_that_only_prints_its_losses_is_tuned(workspace: Workspace) -> None:
    write(workspace, PRINTS, LOSS)
    job = workspace.tune()
    assert job["state"] == "succeeded", job
    for trial in job["trials"]:
        x = trial["parameters"]["x"]
        assert trial["metrics"] == {"loss": [x + epoch for epoch in range(5)]}
        assert trial["value"] == x + 4
        summary = read_summary(workspace.data.trial(job["id"], trial["number"]))
        assert dict(summary.found) == {f"log: {LOSS['log']}": {"loss": 5}}


def test_that_metrics_are_stored_while_the_program_runs_and_by_the_next_engine(workspace: Workspace) -> None:
    write(workspace, BOTH, LOSS, TABLE, max_job_count=2)
    job = workspace.begin()
    workspace.wait_running(job, 2)
    wait_until(lambda: reported(workspace, job) == 40, "values are stored only at the end")
    workspace.kill_engine()
    (workspace.root / "go").touch()
    workspace.run("engine", "start")
    check_that_each_value_is_stored_once(workspace.wait_ended(job))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", ["Collector._append", "Collector._save", "Collector.look"])
def test_that_a_crash_while_metrics_are_read_costs_none_and_repeats_none(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, moment: str, step: str
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (workspace.root / "go").touch()
    write(workspace, BOTH, LOSS, TABLE, max_job_count=2)
    prepared = prepare(workspace.project, Options(seed=1))
    assert prepared.submission is not None
    with workspace.database().write() as connection:
        job = jobs.add(connection, prepared.submission).id
    target = f"bayescore.metrics.collector:{step}"
    crashed = subprocess.run(
        [sys.executable, crashing_engine.__file__, target, moment, str(workspace.data.root)], timeout=60
    )
    assert crashed.returncode == -signal.SIGKILL
    engine_control.start(workspace.data)
    check_that_each_value_is_stored_once(workspace.wait_ended(job))


def test_that_what_is_wrong_with_a_source_is_an_event_of_the_trial(workspace: Workspace) -> None:
    write(workspace, OPTIONS + "print('loss=low')\n", {"log": r"loss=(?P<loss>\S+)"}, TABLE, max_job_count=1)
    job = workspace.tune()
    assert job["state"] == "no_metric"
    assert {"metrics_not_a_number", "metrics_nothing_found"} <= set(workspace.events(job["id"]))
    shown = workspace.run("show", job["id"]).out
    assert "“low”" in shown
    assert TABLE["csv"] in shown


SHARED = (
    OPTIONS
    + """
os.makedirs("runs", exist_ok=True)
with open("runs/metrics.jsonl", "a") as table:
    table.write('{"loss": %s}\\n' % args.x)
"""
)


@pytest.mark.parametrize(
    ("source", "is_shared"),
    [
        ({"jsonl": "runs/metrics.jsonl"}, True),
        ({"jsonl": "./runs/*.jsonl"}, True),
        ({"tensorboard": "runs"}, True),
        ({"jsonl": "**/metrics.jsonl"}, False),
        ({"jsonl": "runs*/metrics.jsonl"}, False),
        ({"log": "runs/(?P<loss>.)"}, False),
    ],
)
def test_that_metrics_in_a_folder_that_trials_share_are_reported_and_not_taken_for_those_of_one(
    workspace: Workspace, source: dict[str, Any], is_shared: bool
) -> None:
    write(workspace, SHARED, source, max_job_count=1, local={"in_place": {"runs": "rw"}, "runner": "process"})
    (workspace.project / "runs").mkdir()
    (workspace.project / "runs" / "metrics.jsonl").write_text('{"loss": 7}\n')
    found = prepare(workspace.project, Options(seed=1)).problems
    shared = [problem for problem in found if problem.code == "shared-metrics"]
    assert bool(shared) is is_shared
    if source == {"jsonl": "runs/metrics.jsonl"}:
        (problem,) = shared
        assert problem.path == ("metrics", 0, "jsonl")
        job = workspace.tune()
        assert job["state"] == "no_metric"
        assert "metrics_nothing_found" in workspace.events(job["id"])
        assert len((workspace.project / "runs" / "metrics.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("in_place", "is_link", "is_removal_advised"),
    [(["runs"], False, True), (["runs"], True, False), ([], True, False)],
)
def test_that_metrics_in_a_shared_folder_come_with_advice_that_helps(
    workspace: Workspace, in_place: list[str], is_link: bool, is_removal_advised: bool
) -> None:
    source = {"jsonl": "runs/metrics.jsonl"}
    write(workspace, SHARED, source, max_job_count=1, local={"in_place": in_place, "runner": "process"})
    folder = workspace.project / "runs"
    (elsewhere := workspace.root / "disk").mkdir()
    folder.symlink_to(elsewhere) if is_link else folder.mkdir()

    def advice() -> list[str]:
        problems = prepare(workspace.project, Options(seed=1)).problems
        return [str(each.message) for each in problems if each.code == "shared-metrics"]

    (said,) = advice()
    assert ("Remove it from “in_place”" in said) is is_removal_advised
    (workspace.project / ".openbayesignore").write_text("runs\n")
    assert advice() == []


def test_that_files_that_hang_delay_only_their_own_job(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    released, hanging = threading.Event(), threading.Event()
    look = Collector.look

    def hang(self: Collector, *, is_last: bool = False) -> bool:
        hanging.set()
        released.wait(60)
        return look(self, is_last=is_last)

    write(workspace, PRINTS, LOSS, max_job_count=2)
    engine = SteppedEngine(workspace)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(Collector, "look", hang)
            slow = engine.submit()
            engine.until(hanging.is_set, "nothing is read")
            engine.forget_steps()
            workspace.write(max_job_count=2)
            other = engine.submit()
            engine.until(lambda: engine.state(other).ended, "the other job waits")
            assert engine.state(other) == "succeeded"
            assert max(engine.waited) < 5.0
            assert not engine.state(slow).ended
        released.set()
        engine.until(lambda: engine.state(slow).ended, "the job does not go on")
        assert engine.state(slow) == "succeeded"
    finally:
        released.set()
        engine.close()


@pytest.mark.docker
def test_that_metrics_of_containers_are_stored_while_they_run_and_by_the_next_engine(
    containers: Workspace,
) -> None:
    from support.docker_engine import IMAGE

    local = {"runner": "docker", "image": IMAGE, "environment": {"GO": "/tmp"}}
    program = BOTH.replace('if epoch == 10: wait("go")', "time.sleep(0.1)")
    write(containers, program, LOSS, TABLE, max_job_count=2, local=local)
    job = containers.begin()
    containers.wait_running(job, 2)
    wait_until(lambda: reported(containers, job) > 0, "values are stored only at the end")
    containers.kill_engine()
    containers.run("engine", "start")
    check_that_each_value_is_stored_once(containers.wait_ended(job))


def test_that_a_tried_trial_shows_which_metrics_came_from_which_source(workspace: Workspace) -> None:
    program = PRINTS + "from openbayestool import log_metric\nlog_metric('acc', 1)\n"
    write(workspace, program, LOSS, TABLE)
    done = workspace.run("gear", "run", "hypertuning", "--try")
    assert done.code == 0, done.err
    assert f"log: {LOSS['log']}: loss (5 values)\n" in done.out
    assert f"csv: {TABLE['csv']}: nothing was found\n" in done.out
    assert "openbayestool: acc (1 value)\n" in done.out
