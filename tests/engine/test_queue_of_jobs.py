"""Several jobs share the places of one machine, or run one after the other."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bayescore.app import engine_control
from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.engine.job_setup import set_up
from bayescore.errors import RunnerSilentError
from bayescore.i18n import text
from bayescore.queue.places import set_places
from bayescore.store import Database, Job, JobState, TrialState, jobs, queue, requests, trials
from support.crashes import crashing
from support.gpus import StandInGpus
from support.stepped_engine import SteppedEngine
from support.workspace import REPORT_X, Workspace, wait_until

WAITS = (
    REPORT_X
    + """import os, pathlib, time
go = pathlib.Path({folder!r})
here = go / f"runs {{os.getpid()}}"
here.touch()
(go / f"at once {{len(list(go.glob('runs *')))}}").touch()
while not ((go / "all").exists() or (go / str(int(args.x))).exists()):
    time.sleep(0.02)
here.unlink()
"""
)


@pytest.fixture
def engine(workspace: Workspace) -> Iterator[SteppedEngine]:
    workspace.data.prepare()
    made = SteppedEngine(workspace)
    yield made
    made.close()


def write(workspace: Workspace, go: Path, *values: int, **options: object) -> None:
    """Write a project with one trial for each value, which waits for a file of this name, or for “all”."""
    go.mkdir(exist_ok=True)
    workspace.write(
        WAITS.format(folder=str(go)),
        specs=[{"name": "x", "type": "DISCRETE", "discrete_values": list(values)}],
        algorithm="Grid",
        **{"max_job_count": len(values), "parallel_count": len(values), **options},  # type: ignore[arg-type]
    )


def most_at_once(go: Path) -> int:
    """How many programs have run at the same time."""
    return max(int(file.name.rpartition(" ")[2]) for file in go.glob("at once *"))


def running(engine: SteppedEngine, *ids: str) -> list[int]:
    return [engine.count(job, TrialState.RUNNING) + engine.count(job, TrialState.STARTING) for job in ids]


def are_set_up(workspace: Workspace, *ids: str) -> bool:
    return all(workspace.data.snapshot(job).exists() for job in ids)


def test_that_four_jobs_of_three_trials_do_not_run_twelve_at_once(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore.queue.places.cores", lambda: 2)
    write(workspace, go := tmp_path / "go", 1, 2, 3)
    ids = [engine.submit() for _ in range(4)]
    engine.until(lambda: are_set_up(workspace, *ids) and sum(running(engine, *ids)) == 2, "two do not run")
    (go / "all").touch()
    engine.until(lambda: all(engine.state(job).ended for job in ids), "the jobs do not end")
    assert {engine.state(job) for job in ids} == {JobState.SUCCEEDED}
    assert most_at_once(go) <= 2


def test_that_a_job_that_has_the_machine_to_itself_runs_as_many_trials_as_it_asks_for_unless_that_is_limited(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore.queue.places.cores", lambda: 1)
    write(workspace, go := tmp_path / "go", 1, 2, 3)
    alone = engine.submit()
    engine.until(lambda: len(list(go.glob("runs *"))) == 3, "three programs do not run")
    with engine.database.write() as connection:
        set_places(connection, 2)
    write(workspace, other := tmp_path / "other", 1, 2, 3)
    limited = engine.submit()
    engine.until(lambda: are_set_up(workspace, limited), "the job is not set up")
    engine.until(lambda: engine.state(limited) is JobState.RUNNING, "the job does not begin")
    assert running(engine, alone, limited) == [3, 0]
    (go / "all").touch()
    engine.until(lambda: running(engine, limited) == [2], "two trials do not run")
    (other / "all").touch()
    engine.until(lambda: engine.state(limited).ended, "the job does not end")
    assert most_at_once(go) == 3
    assert most_at_once(other) <= 2


def submit_in_order(engine: SteppedEngine, workspace: Workspace, go: Path, count: int) -> list[str]:
    """Jobs of one trial, one after the other; the trials wait for “1”, “2”, ….  The names of the files."""
    ids = []
    for value in range(1, count + 1):
        write(workspace, go, value)
        ids.append(engine.submit())
    with engine.database.write() as connection:
        queue.set_in_order(connection, ids, in_order=True)
    return ids


def test_that_jobs_in_order_run_one_after_the_other_with_the_project_as_it_was_submitted(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    first, second = submit_in_order(engine, workspace, go, 2)
    engine.until(lambda: running(engine, first) == [1], "the first job does not begin")
    engine.until(lambda: are_set_up(workspace, second), "the project is not copied")
    (workspace.project / "main.py").write_text("raise SystemExit(3)\n")
    submitted_at = workspace.job(second).run_since
    assert (engine.state(second), running(engine, second)) == (JobState.QUEUED, [0])
    (go / "1").touch()
    engine.until(lambda: running(engine, second) == [1], "the second job does not begin")
    assert engine.state(first) is JobState.SUCCEEDED
    assert workspace.job(second).run_since > submitted_at  # a budget of hours begins with the job
    (go / "2").touch()
    engine.until(lambda: engine.state(second).ended, "the second job does not end")
    assert engine.state(second) is JobState.SUCCEEDED


def test_that_a_job_that_waits_for_those_ahead_of_it_waits_for_its_runner_too(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _first, second = submit_in_order(engine, workspace, go := tmp_path / "go", 2)
    silent: list[str] = []

    def set_up_without_docker(database: Database, job: Job, *others: Any) -> None:
        if job.id == second and len(silent) < 3:
            silent.append(job.id)
            raise RunnerSilentError(text("Docker does not run."))
        set_up(database, job, *others)

    monkeypatch.setattr("bayescore.engine.job_run.set_up", set_up_without_docker)
    monkeypatch.setattr("bayescore.engine.job_run.UNREACHABLE_S", 0.0)
    monkeypatch.setattr("bayescore.engine.job_run._SETUP_PAUSE_S", 0.05)
    engine.until(lambda: are_set_up(workspace, second), "the job is not set up")
    assert (len(silent), engine.state(second)) == (3, JobState.QUEUED)
    (go / "all").touch()
    engine.until(lambda: engine.state(second).ended, "the job does not end")
    assert engine.state(second) is JobState.SUCCEEDED


def test_that_a_job_in_order_can_be_cancelled_and_begins_when_the_one_ahead_is_paused(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    first, second, third = submit_in_order(engine, workspace, go, 3)
    engine.until(lambda: running(engine, first) == [1], "the first job does not begin")
    with engine.database.write() as connection:
        requests.add(connection, second, requests.CANCEL)
        requests.add(connection, first, requests.PAUSE)
    engine.until(lambda: engine.state(second) is JobState.CANCELLED, "the job is not cancelled")
    engine.until(lambda: running(engine, third) == [1], "the job behind a paused one does not begin")
    with engine.database.write() as connection:
        requests.add(connection, first, requests.RESUME)
    (go / "all").touch()
    engine.until(lambda: engine.state(first).ended and engine.state(third).ended, "the jobs do not end")
    states = [engine.state(job) for job in (first, second, third)]
    assert states == [JobState.SUCCEEDED, JobState.CANCELLED, JobState.SUCCEEDED]
    assert workspace.trials(second) == []


def test_that_a_job_that_is_put_first_gets_the_next_place_and_the_next_gpu(
    workspace: Workspace, tmp_path: Path
) -> None:
    gpus = StandInGpus(tmp_path, ["NVIDIA RTX 4090"])
    workspace.environment = gpus.environment
    for local in ({"gpus": "none"}, {"gpus": "all"}):
        go = tmp_path / f"go {local['gpus']}"
        write(workspace, go, 1, 2, parallel_count=1, local=local)
        assert workspace.run("queue", "--places", "1").code == 0
        a = workspace.begin()
        workspace.wait_running(a, 1)
        b, c = workspace.begin(), workspace.begin()
        wait_until(lambda: are_set_up(workspace, b, c), "the jobs are not set up")  # noqa: B023
        shown = workspace.run("queue", c, "--first", "--json")
        assert [line["id"] for line in workspace.run("queue", "--json").json()["jobs"]] == [c, a, b], (
            shown.err
        )
        (go / "all").touch()
        for job in (a, b, c):
            assert workspace.wait_ended(job)["state"] == "succeeded"
        began = sorted((t.started_at or "", job) for job in (a, b, c) for t in workspace.trials(job))
        assert [job for _at, job in began][:3] == [a, c, b]


def test_that_a_job_that_is_put_first_gets_the_next_place_only_even_if_several_become_free_at_once(
    engine: SteppedEngine, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bayescore.queue.places.cores", lambda: 4)
    write(workspace, before := tmp_path / "before", 1, 2, 3, 4)
    engine.submit()
    engine.until(lambda: len(list(before.glob("runs *"))) == 4, "four programs do not run")
    write(workspace, go := tmp_path / "go", 1, 2, 3, 4)
    b, c = engine.submit(), engine.submit()
    engine.until(lambda: are_set_up(workspace, b, c), "the jobs are not set up")
    with engine.database.write() as connection:
        requests.add(connection, c, requests.REORDER, data={"to": queue.FIRST})
    (before / "all").touch()
    wait_until(lambda: not list(before.glob("runs *")), "the programs do not end")
    engine.until(lambda: sum(running(engine, b, c)) == 4, "no four trials run")
    assert running(engine, b, c) == [2, 2]
    with engine.database.read() as connection:
        assert not queue.read(connection).first
    (go / "all").touch()
    engine.until(lambda: engine.state(b).ended and engine.state(c).ended, "the jobs do not end")


@pytest.mark.parametrize(
    ("moment", "step"),
    [
        ("before", "bayescore.engine.requests:_reorder"),
        ("after", "bayescore.engine.requests:_reorder"),
        ("before", "bayescore.store.jobs:start"),
        ("after", "bayescore.store.jobs:start"),
    ],
)
def test_that_an_engine_that_dies_around_a_reorder_keeps_the_order_and_runs_no_trial_twice(
    workspace: Workspace, tmp_path: Path, moment: str, step: str
) -> None:
    database = workspace.database()
    go = tmp_path / "go"
    ids = []
    for value in (1, 2, 3):
        write(workspace, go, value)
        prepared = prepare(workspace.project, Options(seed=1))
        assert prepared.submission is not None
        with database.write() as connection:
            ids.append(jobs.add(connection, prepared.submission).id)
    a, b, c = ids
    with database.write() as connection:
        queue.set_in_order(connection, ids, in_order=True)
        requests.add(connection, c, requests.REORDER, data={"to": a})
    with crashing(workspace, moment, step) as engine:
        assert engine.wait(timeout=60) == -signal.SIGKILL
    database.close()
    engine_control.start(workspace.data)
    for value, job in ((1, a), (3, c), (2, b)):
        workspace.wait_running(job, 1)
        assert sum(t.state is TrialState.RUNNING for each in ids for t in workspace.trials(each)) == 1
        (go / str(value)).touch()
        workspace.wait_ended(job)
    assert workspace.events(c).count("reordered") == 1
    assert all([t.attempt for t in workspace.trials(job)] == [1] for job in ids)


def test_that_changes_of_the_queue_that_make_no_sense_are_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    write(workspace, tmp_path / "go", 1)
    ended = workspace.insert().id
    refused = {
        ("--first",): "Name the job to move",
        (ended,): "Say what to do with the job",
        (ended, "--first"): "has already ended",
        (ended, "--first", "--last"): "Give only one of",
        (ended, "--after", ended): "cannot stand behind itself",
        ("nothing", "--first"): "There is no job",
        ("--places", "0"): "is not a number from 1",
        ("--places", "9" * 5000): "is not a number from 1",
        ("--places", "many"): "is not a number from 1",
    }
    for arguments, words in refused.items():
        done = workspace.run("queue", *arguments)
        assert (done.code, words in done.err) == (2, True), (arguments, done.err)
    assert "No job runs or waits." in workspace.run("queue").out
    with workspace.reading() as connection:
        assert trials.usage(connection, [ended])[ended].running == 0


def test_that_a_job_takes_the_place_of_a_running_one_when_its_running_trials_have_ended(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    write(workspace, go, 1, 2, 3, parallel_count=1)
    first = workspace.begin()
    workspace.wait_running(first, 1)
    write(workspace, go, 4, 5, parallel_count=1)
    done = workspace.run("gear", "run", "hypertuning", "--detach", "--json", "--instead-of", first)
    second = done.json()["id"]
    wait_until(lambda: workspace.job(first).max_trials == 1, "the first job is not limited")
    assert workspace.job(second).submission.history == (first,)
    assert workspace.trials(second) == []
    (go / "all").touch()
    assert [t["parameters"]["x"] for t in workspace.wait_ended(second)["trials"]] == [4, 5]
    assert workspace.job(first).state is JobState.SUCCEEDED
    assert [t.parameters["x"] for t in workspace.trials(first)] == [1]
    assert f"job {second} continues it" in workspace.run("show", first).out
    assert most_at_once(go) == 1


def test_that_a_paused_job_that_is_replaced_ends_with_what_it_has(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    write(workspace, go, 1, 2, 3, parallel_count=2)
    first = workspace.begin()
    workspace.wait_running(first, 2)
    (go / "1").touch()
    wait_until(lambda: workspace.trials(first)[0].state is TrialState.SUCCEEDED, "the trial does not end")
    assert workspace.run("pause", first, "--now").code == 0
    wait_until(lambda: workspace.job(first).state is JobState.PAUSED, "the job is not paused")
    write(workspace, go, 4, parallel_count=1)
    second = workspace.begin("--instead-of", first)
    workspace.wait_running(second, 1)
    states = [t.state for t in workspace.trials(first)]
    assert workspace.job(first).state.ended
    assert states == [TrialState.SUCCEEDED, TrialState.CANCELLED, TrialState.CANCELLED][: len(states)]
    (go / "all").touch()
    workspace.wait_ended(second)


def test_that_a_waiting_job_that_is_replaced_runs_no_trial(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    assert workspace.run("queue", "--places", "1").code == 0
    write(workspace, go, 1)
    running = workspace.begin()
    workspace.wait_running(running, 1)
    write(workspace, go, 2)
    waiting = workspace.begin()
    workspace.run("queue", waiting, "--in-order")
    second = workspace.begin("--instead-of", waiting)
    wait_until(lambda: workspace.job(waiting).state is JobState.CANCELLED, "the job waits")
    assert workspace.trials(waiting) == []
    (go / "all").touch()
    assert [t["parameters"]["x"] for t in workspace.wait_ended(second)["trials"]] == [2]
