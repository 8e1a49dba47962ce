"""The engine is killed at each step of a trial: nothing is lost and nothing runs twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from bayescore.app import engine_control
from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.store import DataFolder, jobs
from bayescore.store.engine_process import terminate
from support.crashes import crash_and_restart
from support.workspace import Workspace, wait_until

PROGRAM = """
import argparse, time
from openbayestool import log_metric, log_param
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
args = parser.parse_args()
with open("journal.txt", "a") as journal:
    journal.write("ran\\n")
log_param("x", args.x)
for step in range(1, 6):
    log_metric("score", args.x + step)
    time.sleep(0.05)
"""
DOCKER = "bayescore.trials.runners.docker:DockerRunner"
PROCESS = "bayescore.trials.runners.process:ProcessRunner"
COMMON = [
    ("before", "bayescore.store.jobs:move"),
    ("before", "bayescore.engine.job_run:set_up"),
    ("after", "bayescore.trials.snapshot:take"),
    ("after", "bayescore.store.trials:add"),
    ("before", "bayescore.trials.trial_folder:make"),
    ("after", "bayescore.trials.trial_folder:make"),
    ("before", "bayescore.engine.trial_run:TrialRun._end"),
    ("after", "bayescore.engine.trial_run:TrialRun._end"),
    ("before", "bayescore.engine.job_run:JobRun._finish"),
    ("after", "bayescore.engine.job_run:JobRun._finish"),
]
OF_PROCESS = [("before", f"{PROCESS}.start"), ("after", f"{PROCESS}.start"), ("before", f"{PROCESS}.remove")]
OF_DOCKER = [
    ("before", f"{DOCKER}.start"),
    ("before", "docker.api.container:ContainerApiMixin.start"),
    ("after", "docker.api.container:ContainerApiMixin.start"),
    ("after", f"{DOCKER}.start"),
    ("before", "bayescore.engine.trial_run:TrialRun._end"),
    ("before", f"{DOCKER}.remove"),
]


def check_that_a_crash_costs_nothing(workspace: Workspace, moment: str, step: str) -> None:
    """Crash an engine at a step, start another, and compare the store, the points and the folders."""
    job = submission(workspace)
    crash_and_restart(workspace, moment, step)
    ended = workspace.wait_ended(job)
    assert ended["state"] == "succeeded", ended["reason"]
    check_that_each_trial_ran_once(workspace, ended)


def submission(workspace: Workspace) -> str:
    """Store the project's job without starting an engine."""
    prepared = prepare(workspace.project, Options(seed=1))
    assert prepared.submission is not None, prepared.problems
    with workspace.database().write() as connection:
        return jobs.add(connection, prepared.submission).id


def check_that_each_trial_ran_once(workspace: Workspace, ended: dict) -> None:
    found = ended["trials"]
    assert [t["number"] for t in found] == [1, 2, 3]
    assert len({t["parameters"]["x"] for t in found}) == 3
    for trial in found:
        x = trial["parameters"]["x"]
        assert trial["metrics"] == {"score": [x + step for step in range(1, 6)]}
        folder = workspace.data.trial(ended["id"], trial["number"])
        assert (folder / "output" / "journal.txt").read_text() == "ran\n"
    folders = sorted(p.name for p in (workspace.data.job(ended["id"]) / "trials").iterdir())
    assert folders == ["001", "002", "003"]


@pytest.mark.parametrize(("moment", "step"), COMMON + OF_PROCESS)
def test_that_a_job_of_processes_survives_a_crash(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, moment: str, step: str
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    workspace.write(PROGRAM)
    check_that_a_crash_costs_nothing(workspace, moment, step)


@pytest.mark.docker
@pytest.mark.parametrize(("moment", "step"), OF_DOCKER)
def test_that_a_job_of_containers_survives_a_crash(
    containers: Workspace, monkeypatch: pytest.MonkeyPatch, moment: str, step: str
) -> None:
    import docker

    from support.docker_engine import IMAGE

    monkeypatch.setenv("DOCKER_HOST", containers.environment["DOCKER_HOST"])
    containers.write(PROGRAM, local={"runner": "docker", "image": IMAGE})
    check_that_a_crash_costs_nothing(containers, moment, step)
    client = docker.DockerClient(base_url=containers.environment["DOCKER_HOST"])
    label = {"label": f"bayesdesk.data={containers.data.root}"}
    wait_until(lambda: not client.containers.list(all=True, filters=label), "a container is left")
    client.close()


def test_that_a_killed_engine_is_back_within_ten_seconds_and_loses_no_point(workspace: Workspace) -> None:
    workspace.write(PROGRAM.replace("0.05", "0.5"), parallel_count=3)
    job = workspace.begin()
    workspace.wait_running(job, 3)
    old = workspace.kill_engine()
    wait_until(
        lambda: engine_control.status(workspace.data).pid not in (None, old),
        "the engine is not back",
        seconds=10,
    )
    check_that_each_trial_ran_once(workspace, workspace.wait_ended(job))


def test_that_an_engine_that_cannot_start_again_is_back_once_it_can(workspace: Workspace) -> None:
    workspace.write(PROGRAM.replace("0.05", "0.5"), parallel_count=3)
    job = workspace.begin()
    workspace.wait_running(job, 3)
    aside = workspace.root / "aside"
    aside.mkdir()
    workspace.kill_engine()
    for file in workspace.data.root.glob("store.sqlite3*"):
        file.rename(aside / file.name)
    workspace.data.database.write_text("what a broken disk returns")
    wait_until(lambda: "error" in workspace.data.engine_info.read_text(), "the engine has started")
    for file in aside.iterdir():
        file.rename(workspace.data.root / file.name)
    wait_until(lambda: engine_control.status(workspace.data).running, "the engine is not back")
    check_that_each_trial_ran_once(workspace, workspace.wait_ended(job))


def test_that_the_next_command_brings_back_an_engine_that_was_killed_with_its_watchdog(
    workspace: Workspace,
) -> None:
    workspace.write(PROGRAM.replace("0.05", "0.5"), parallel_count=3)
    job = workspace.begin()
    workspace.wait_running(job, 3)
    workspace.kill_watchdog_and_engine()
    followed = workspace.run("show", job, "-f", "--json")
    assert followed.code == 0, followed.err
    check_that_each_trial_ran_once(workspace, followed.json())


@pytest.mark.parametrize(
    "command", ["jobs", "show JOB", "trials JOB", "logs JOB 1", "export JOB --format csv"]
)
def test_that_every_command_that_shows_a_running_job_brings_back_its_engine(
    workspace: Workspace, command: str
) -> None:
    workspace.write(PROGRAM, parallel_count=3)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    workspace.kill_watchdog_and_engine()
    done = workspace.run(*(job if word == "JOB" else word for word in command.split()))
    assert done.code == 0, done.err
    wait_until(lambda: workspace.job(job).state.ended, "the job has no engine")
    check_that_each_trial_ran_once(workspace, workspace.wait_ended(job))


def test_that_a_stopped_engine_leaves_its_trials_running_to_be_adopted(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    workspace.write(
        f"{PROGRAM}\nimport os\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)\n",
        parallel_count=3,
    )
    job = workspace.begin()
    workspace.wait_running(job, 3)
    assert workspace.run("engine", "stop", "--json").json()["running"] is False
    assert workspace.run("jobs").code == 0
    assert not engine_control.status(workspace.data).running  # the user wants none
    assert [t.state for t in workspace.trials(job)] == ["running"] * 3
    assert workspace.run("engine", "start", "--json").json()["running"] is True
    go.touch()
    check_that_each_trial_ran_once(workspace, workspace.wait_ended(job))


def test_that_following_a_job_says_that_the_engine_was_stopped_and_starts_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    workspace.write(
        f"{PROGRAM}\nimport os\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)\n", max_job_count=1
    )
    job = workspace.begin()
    workspace.wait_running(job, 1)
    following = workspace.start("show", job, "-f")
    workspace.run("engine", "stop")
    assert following.stderr is not None
    assert "engine has been stopped" in following.stderr.readline()
    assert not engine_control.status(workspace.data).running
    workspace.run("engine", "start")
    go.touch()
    following.communicate(timeout=60)
    assert following.returncode == 0


def test_that_a_trial_of_an_earlier_version_is_adopted(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    program = f"{PROGRAM}\nimport os\nwhile not os.path.exists({str(go)!r}): time.sleep(0.02)\n"
    workspace.write(program, parallel_count=3)
    job = workspace.begin()
    workspace.wait_running(job, 3)
    claims = [workspace.data.trial(job, number) / "supervisor.json" for number in (1, 2, 3)]
    wait_until(lambda: all(claim.exists() for claim in claims), "a supervisor is missing")
    workspace.run("engine", "stop")
    for claim in claims:
        claim.rename(claim.with_name("keeper.json"))
    workspace.run("engine", "start")
    go.touch()
    check_that_each_trial_ran_once(workspace, workspace.wait_ended(job))


def test_that_an_engine_of_an_earlier_version_is_replaced(workspace: Workspace) -> None:
    workspace.write()
    first = workspace.run("engine", "start", "--json").json()["pid"]
    info = json.loads(workspace.data.engine_info.read_text())
    assert workspace.run("engine", "start", "--json").json()["pid"] == first
    del info["store"]
    workspace.data.engine_info.write_text(json.dumps(info))
    again = workspace.run("engine", "start", "--json").json()
    assert again["running"] is True
    assert again["pid"] != first


def test_that_one_data_folder_has_one_engine(workspace: Workspace) -> None:
    workspace.write()
    first = workspace.run("engine", "start", "--json").json()["pid"]
    again = subprocess.run(
        [sys.executable, "-m", "bayescore.engine.host", str(workspace.data.root)], timeout=30
    )
    assert again.returncode == 75
    assert engine_control.status(workspace.data).pid == first


def test_that_stopping_an_engine_that_is_gone_ends_no_program_that_got_its_number(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "home")
    folder.prepare()
    with subprocess.Popen(["sleep", "1000"]) as other, FileLock(str(folder.engine_lock)):
        try:
            for of_the_engine in ({"started": 1.0}, {}, {"started": "x"}):
                folder.engine_info.write_text(json.dumps({"pid": other.pid, **of_the_engine}))
                assert not engine_control.status(folder).running
                assert engine_control.stop(folder) is False
                terminate(other.pid, 1.0)
            assert other.poll() is None
        finally:
            other.kill()


def test_that_an_engine_ends_when_its_data_folder_is_deleted_and_does_not_write_it_again(
    workspace: Workspace,
) -> None:
    workspace.write(PROGRAM)
    workspace.wait_ended(workspace.begin())
    engine = engine_control.status(workspace.data).pid
    aside = workspace.data.root.rename(workspace.root / "deleted")
    wait_until(lambda: not Path(f"/proc/{engine}").exists(), "the engine lives on")
    assert not workspace.data.root.exists()
    aside.rename(workspace.data.root)
