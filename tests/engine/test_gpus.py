"""Which trial gets which GPU: never more than its share, never one of another program."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from bayescore.engine.leasing import GpuLeaser
from bayescore.store import JobState, jobs
from bayescore.trials.gpus import Gpu
from support.docker_engine import IMAGE
from support.gpus import StandInGpus
from support.stepped_engine import SteppedEngine
from support.workspace import Workspace, wait_until

WRITE_VISIBLE = """
import os, pathlib, time
from openbayestool import log_metric
log_metric("score", 1)
visible = os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("NVIDIA_VISIBLE_DEVICES")
pathlib.Path("visible.txt").write_text(repr(visible))
time.sleep(0.3)
"""
WAIT = """
import pathlib, time
from openbayestool import log_metric
log_metric("score", 1)
while not pathlib.Path({file!r}).exists():
    time.sleep(0.02)
"""


@pytest.fixture
def gpus(tmp_path: Path) -> StandInGpus:
    return StandInGpus(tmp_path, ["NVIDIA RTX 4090", "NVIDIA RTX 4090"])


def visible(workspace: Workspace, job: dict, number: int) -> tuple[str | None, str | None]:
    return eval((workspace.data.trial(job["id"], number) / "output" / "visible.txt").read_text())


def test_that_each_process_sees_the_one_gpu_that_it_has_leased(
    workspace: Workspace, gpus: StandInGpus
) -> None:
    workspace.environment |= gpus.environment
    workspace.write(WRITE_VISIBLE, max_job_count=6, parallel_count=4, local={"gpus": "all"})
    job = workspace.tune()
    assert job["state"] == "succeeded"
    for trial in job["trials"]:
        assert len(trial["gpus"]) == 1
        assert visible(workspace, job, trial["number"])[0] == trial["gpus"][0]
    assert set(Counter(t["gpus"][0] for t in job["trials"])) == set(gpus.uuids)
    assert most_at_once(job) == 1


def test_that_trials_per_gpu_is_reached_and_not_exceeded(workspace: Workspace, gpus: StandInGpus) -> None:
    workspace.environment |= gpus.environment
    local = {"gpus": [1], "trials_per_gpu": 2}
    workspace.write(WRITE_VISIBLE, max_job_count=6, parallel_count=4, local=local)
    job = workspace.tune()
    assert {t["gpus"][0] for t in job["trials"]} == {gpus.uuids[1]}
    assert most_at_once(job) == 2


@pytest.mark.parametrize("program", [0, os.getpid()], ids=["memory", "program"])
def test_that_a_gpu_of_another_program_is_not_used_and_this_is_recorded(
    workspace: Workspace, gpus: StandInGpus, program: int
) -> None:
    workspace.environment |= gpus.environment
    gpus.use({0: 300} if program else {0: 9000}, {0: program})
    workspace.write(WRITE_VISIBLE, max_job_count=2, parallel_count=2, local={"gpus": [0]})
    job = workspace.begin()
    wait_until(lambda: "gpu_busy" in workspace.events(job), "no event about the GPU")
    assert workspace.trials(job) == []
    gpus.use({0: 300})
    assert {t["gpus"][0] for t in workspace.wait_ended(job)["trials"]} == {gpus.uuids[0]}


def test_that_a_gpu_of_another_program_is_used_where_the_settings_allow_it(
    workspace: Workspace, gpus: StandInGpus
) -> None:
    workspace.environment |= gpus.environment
    gpus.use({0: 9000}, {0: os.getpid()})
    workspace.write(WRITE_VISIBLE, max_job_count=1, local={"gpus": [0], "use_busy_gpus": True})
    job = workspace.tune()
    assert (job["state"], job["trials"][0]["gpus"]) == ("succeeded", [gpus.uuids[0]])


def test_that_two_jobs_share_gpus_fairly_and_leases_survive_a_crash(
    workspace: Workspace, gpus: StandInGpus, tmp_path: Path
) -> None:
    workspace.environment |= gpus.environment
    go = tmp_path / "go"
    workspace.write(WAIT.format(file=str(go)), max_job_count=2, parallel_count=2, local={"gpus": "all"})
    first = workspace.begin()
    workspace.wait_running(first, 2)
    second = workspace.begin()
    workspace.kill_watchdog_and_engine()
    workspace.run("engine", "start")
    wait_until(lambda: workspace.job(second).state == "running", "the second job has not begun")
    assert workspace.trials(second) == []  # both GPUs are still leased to the first
    go.touch()
    assert workspace.wait_ended(first)["state"] == "succeeded"
    assert workspace.wait_ended(second)["state"] == "succeeded"


def test_that_a_trial_of_two_gpus_gets_two_that_are_linked(workspace: Workspace, tmp_path: Path) -> None:
    gpus = StandInGpus(tmp_path, ["A", "B", "C", "D"], links=[1, 2, 1, 2])
    workspace.environment |= gpus.environment
    workspace.write(
        WRITE_VISIBLE, max_job_count=4, parallel_count=4, local={"gpus_per_trial": 2, "gpus": "all"}
    )
    job = workspace.tune()
    assert job["state"] == "succeeded"
    linked = {tuple(gpus.uuids[i] for i in pair) for pair in ((0, 2), (1, 3))}
    assert {tuple(sorted(t["gpus"])) for t in job["trials"]} == linked
    for trial in job["trials"]:
        assert visible(workspace, job, trial["number"])[0] == ",".join(trial["gpus"])
    assert most_at_once(job) == 1


def test_that_a_start_with_more_gpus_than_there_are_is_refused_where_they_are_named(
    workspace: Workspace, gpus: StandInGpus
) -> None:
    workspace.environment |= gpus.environment
    workspace.write(WRITE_VISIBLE, max_job_count=1, local={"gpus_per_trial": 3, "gpus": "all"})
    done = workspace.run("gear", "run", "hypertuning")
    assert done.code == 2
    assert "openbayes.local.yaml:1:" in done.out
    assert "A trial needs 3 GPUs; 2 may be used here." in done.out
    assert workspace.run("jobs", "--json").json() == {"jobs": []}


def test_that_a_trial_whose_gpus_the_engine_does_not_see_ends_the_job_with_the_reason(
    workspace: Workspace, gpus: StandInGpus, tmp_path: Path
) -> None:
    assert workspace.run("engine", "start", env=gpus.environment).code == 0
    workspace.write(WRITE_VISIBLE, max_job_count=1, local={"gpus_per_trial": 3, "gpus": "all"})
    job = workspace.tune(env=StandInGpus(tmp_path / "more", ["A", "B", "C"]).environment)
    assert job["state"] == "system_error"
    assert "A trial needs 3 GPUs; 2 may be used here." in job["reason"]


def test_that_a_trial_of_no_gpu_sees_none(workspace: Workspace, gpus: StandInGpus) -> None:
    workspace.environment |= gpus.environment
    workspace.write(WRITE_VISIBLE, max_job_count=1, local={"gpus_per_trial": 0, "gpus": "all"})
    job = workspace.tune()
    assert (job["trials"][0]["gpus"], visible(workspace, job, 1)[0]) == ([], "")


def test_that_a_driver_that_hangs_delays_no_job_that_needs_no_gpu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    listing, released = threading.Event(), threading.Event()

    def hang() -> list[Gpu]:
        listing.set()
        released.wait(60)
        return []

    workspace = Workspace(tmp_path)
    engine = SteppedEngine(workspace, GpuLeaser(hang))
    workspace.write(max_job_count=1, local={"gpus": "all"})
    waits = engine.submit()
    engine.until(listing.is_set, "the GPUs are not listed")
    workspace.write(max_job_count=1)
    runs = engine.submit()
    engine.until(lambda: engine.state(runs).ended, "the job has not ended")
    assert engine.state(runs) == "succeeded"
    assert engine.trials(waits) == []
    released.set()
    engine.until(lambda: engine.state(waits).ended, "the job has not ended")
    assert engine.state(waits) == "succeeded"
    engine.close()


def test_that_an_error_of_the_driver_does_not_end_the_engine_and_the_job_begins_when_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("bayescore.engine.leasing._FRESH_S", 0.1)
    answers = [OSError("the driver is gone"), OSError("the driver is gone")]

    def fail_twice() -> list[Gpu]:
        if answers:
            raise answers.pop()
        return []

    workspace = Workspace(tmp_path)
    engine = SteppedEngine(workspace, GpuLeaser(fail_twice))
    workspace.write(max_job_count=1, local={"gpus": "all"})
    job = engine.submit()
    engine.until(lambda: engine.state(job).ended, "the job has not ended")
    assert (engine.state(job), answers) == ("succeeded", [])
    engine.close()


def test_that_the_driver_is_not_asked_for_jobs_that_may_begin_no_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    asked: list[str] = []
    workspace = Workspace(tmp_path)
    engine = SteppedEngine(workspace, GpuLeaser(lambda: asked.append("") or []))  # type: ignore[func-returns-value]
    workspace.write(max_job_count=1, local={"gpus": "all"})
    paused, other = engine.submit(), engine.submit()
    with engine.database.write() as connection:
        jobs.move(connection, paused, JobState.PAUSED)
        jobs.move(connection, other, JobState.PAUSED)
    workspace.write(max_job_count=1)
    runs = engine.submit()
    engine.until(lambda: engine.state(runs).ended, "the job has not ended")
    assert asked == []
    engine.close()


def test_that_without_a_gpu_all_means_none(workspace: Workspace) -> None:
    workspace.write(WRITE_VISIBLE, max_job_count=1, local={"gpus": "all"})
    job = workspace.tune()
    assert job["trials"][0]["gpus"] == []
    assert visible(workspace, job, 1)[0] == ""


@pytest.mark.docker
def test_that_a_container_gets_its_gpu_by_device_request(containers: Workspace, gpus: StandInGpus) -> None:
    containers.environment |= gpus.environment
    local = {"runner": "docker", "image": IMAGE, "gpus": "all"}
    containers.write(WRITE_VISIBLE, max_job_count=4, parallel_count=2, local=local)
    job = containers.tune()
    assert job["state"] == "succeeded", job["reason"]
    for trial in job["trials"]:
        assert visible(containers, job, trial["number"]) == (None, trial["gpus"][0])
    assert {t["gpus"][0] for t in job["trials"]} == set(gpus.uuids)
    assert most_at_once(job) == 1


def test_that_doctor_lists_the_gpus(workspace: Workspace, gpus: StandInGpus) -> None:
    workspace.environment |= {**gpus.environment, "DOCKER_HOST": "unix:///nowhere.sock"}
    gpus.use({1: 512})
    checks = json.loads(workspace.run("doctor", "--json").out)["checks"]
    messages = [c["message"] for c in checks if c["topic"] == "gpus"]
    assert messages == [
        "GPU 0: NVIDIA_RTX_4090, 24.0 GiB, 0.0 GiB in use",
        "GPU 1: NVIDIA_RTX_4090, 24.0 GiB, 0.5 GiB in use",
    ]


def most_at_once(job: dict) -> int:
    """Most trials that had the same GPU at one moment."""
    most = 0
    for gpu in {gpu for t in job["trials"] for gpu in t["gpus"]}:
        spans = [(t["started_at"], t["ended_at"]) for t in job["trials"] if gpu in t["gpus"]]
        moments = sorted([(a, 1) for a, _ in spans] + [(b, -1) for _, b in spans])
        now = 0
        for _, change in moments:
            now += change
            most = max(most, now)
    return most
