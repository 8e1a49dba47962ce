"""Every state that a job or a trial can end in, each reached by a real job."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from support.crashes import kill_supervisor
from support.gpus import StandInGpus
from support.workspace import REPORT_X, Workspace, wait_until

WAIT_FOR_FILE = """
import pathlib, time
from openbayestool import log_metric
log_metric("score", 1.0)
while not pathlib.Path({file!r}).exists():
    time.sleep(0.02)
"""
CHOICES = [{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2]}]
FAIL = "import sys\nprint('the data set is broken')\nsys.exit(7)\n"


def test_that_a_job_whose_trials_all_ran_has_succeeded(workspace: Workspace) -> None:
    workspace.write(max_job_count=4)
    job = workspace.tune()
    assert (job["state"], job["reason"]) == ("succeeded", None)
    assert [t["state"] for t in job["trials"]] == ["succeeded"] * 4
    assert [t["number"] for t in job["trials"]] == [1, 2, 3, 4]
    assert all(t["metrics"] == {"score": [t["parameters"]["x"]]} for t in job["trials"])
    values = [t["value"] for t in job["trials"]]
    assert job["best"]["value"] == max(values)
    assert job["trials"][job["best"]["trial"] - 1]["value"] == max(values)


def test_that_a_waiting_job_is_queued_and_then_running(workspace: Workspace, tmp_path) -> None:
    go = tmp_path / "go"
    workspace.write(WAIT_FOR_FILE.format(file=str(go)), max_job_count=1)
    started = workspace.run("gear", "run", "hypertuning", "--detach", "--json").json()
    assert started["state"] in ("queued", "running")
    workspace.wait_running(started["id"], 1)
    assert workspace.job(started["id"]).state == "running"
    go.touch()
    assert workspace.wait_ended(started["id"])["state"] == "succeeded"


def test_that_a_job_stopped_by_its_user_is_cancelled_with_its_trials(workspace: Workspace, tmp_path) -> None:
    workspace.write(WAIT_FOR_FILE.format(file=str(tmp_path / "never")))
    job = workspace.begin()
    workspace.wait_running(job, 2)
    workspace.run("cancel", job)
    ended = workspace.wait_ended(job)
    assert ended["state"] == "cancelled"
    assert [t["state"] for t in ended["trials"]] == ["cancelled", "cancelled"]


def test_that_a_program_that_never_reports_the_objective_ends_the_job_with_no_metric(
    workspace: Workspace,
) -> None:
    workspace.write("from openbayestool import log_metric\nlog_metric('scores', 1)\n", max_job_count=20)
    job = workspace.tune()
    assert job["state"] == "no_metric"
    assert "score" in job["reason"]
    assert len(job["trials"]) < 20
    assert "failed" in {t["state"] for t in job["trials"]}
    with workspace.database().read() as connection:
        from bayescore.store import events

        warnings = [e for e in events.of_job(connection, job["id"]) if e.kind == "other_metric"]
    assert warnings
    assert "scores" in str(warnings[0].text)


def test_that_one_silent_trial_among_reporting_ones_only_fails_itself(workspace: Workspace) -> None:
    workspace.write(
        REPORT_X.replace("log_metric(", "args.x == 2 and log_metric("),
        specs=CHOICES,
        algorithm="Grid",
        max_job_count=2,
        parallel_count=1,
        local={"max_failed_trials": 2},
    )
    job = workspace.tune()
    assert job["state"] == "no_metric"  # the first trial of all was silent

    workspace.write(
        REPORT_X.replace("log_metric(", "args.x == 1 and log_metric("),
        specs=CHOICES,
        algorithm="Grid",
        max_job_count=2,
        parallel_count=1,
    )
    job = workspace.tune()
    assert job["state"] == "succeeded"
    assert [t["state"] for t in job["trials"]] == ["succeeded", "failed"]
    assert "score" in job["trials"][1]["reason"]


def test_that_three_failures_at_the_start_end_the_job_with_the_logs_last_lines(workspace: Workspace) -> None:
    workspace.write(FAIL, max_job_count=20, parallel_count=1)
    job = workspace.tune()
    assert job["state"] == "failed"
    assert "the data set is broken" in job["reason"]
    assert [(t["state"], t["exit_code"]) for t in job["trials"]] == [("failed", 7)] * 3


def test_that_five_failures_in_a_row_end_a_job_that_has_started_well(workspace: Workspace) -> None:
    program = REPORT_X + "import sys\nsys.exit(0 if args.x < 3 else 3)\n"
    specs = [{"name": "x", "type": "DISCRETE", "discrete_values": list(range(1, 21))}]
    workspace.write(program, specs=specs, algorithm="Grid", max_job_count=20, parallel_count=1)
    job = workspace.tune()
    assert job["state"] == "failed"
    assert [t["state"] for t in job["trials"]] == ["succeeded"] * 2 + ["failed"] * 5
    assert job["best"]["trial"] == 2


def test_that_the_limit_of_failed_trials_is_the_users(workspace: Workspace) -> None:
    workspace.write(FAIL, max_job_count=20, parallel_count=1, local={"max_failed_trials": 1})
    job = workspace.tune()
    assert job["state"] == "failed"
    assert len(job["trials"]) == 1


def test_that_a_job_that_cannot_be_set_up_ends_with_a_system_error_and_a_hint(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert workspace.run("engine", "start").code == 0  # it does not see the GPU that the start sees
    workspace.write(local={"gpus": [0]})
    job = workspace.tune(env=StandInGpus(tmp_path / "one", ["A"]).environment)
    assert job["state"] == "system_error"
    assert "openbayes.local.yaml" in job["reason"]
    assert job["trials"] == []


def test_that_a_project_that_is_gone_is_a_system_error(workspace: Workspace) -> None:
    workspace.write()
    blocker = workspace.project.parent / "elsewhere"
    submission = workspace.start("gear", "run", "hypertuning", "--detach", "--json")
    submission.communicate()
    job = workspace.run("show", "last", "--json").json()["id"]
    workspace.wait_ended(job)
    shutil.move(workspace.project, blocker)  # and now the next job's project disappears before it begins
    with workspace.database().write() as connection:
        from bayescore.store import jobs

        again = jobs.add(connection, jobs.get(connection, job).submission)
    workspace.run("engine", "start")
    ended = workspace.wait_ended(again.id)
    assert ended["state"] == "system_error"
    assert str(workspace.project) in ended["reason"]


def test_that_a_grid_ends_exhausted_when_every_combination_has_run(workspace: Workspace) -> None:
    workspace.write(specs=CHOICES, algorithm="Grid", max_job_count=10)
    job = workspace.tune()
    assert job["state"] == "exhausted"
    assert [t["parameters"] for t in job["trials"]] == [{"x": 1}, {"x": 2}]


@pytest.mark.parametrize("algorithm", ["Random", "Bayesian"])
def test_that_every_algorithm_ends_exhausted_on_a_small_space(workspace: Workspace, algorithm: str) -> None:
    workspace.write(specs=CHOICES, algorithm=algorithm, max_job_count=10)
    job = workspace.tune()
    assert job["state"] == "exhausted"
    assert sorted(t["parameters"]["x"] for t in job["trials"]) == [1, 2]


def test_that_a_trial_that_runs_too_long_is_ended_with_this_reason(workspace: Workspace, tmp_path) -> None:
    workspace.write(
        WAIT_FOR_FILE.format(file=str(tmp_path / "never")),
        max_job_count=1,
        local={"trial_timeout": "1s"},
    )
    job = workspace.tune()
    assert job["trials"][0]["state"] == "failed"
    assert "1 s" in job["trials"][0]["reason"]
    assert job["trials"][0]["metrics"] == {"score": [1.0]}


def test_that_one_trial_can_be_stopped_and_the_job_continues(workspace: Workspace, tmp_path) -> None:
    go = tmp_path / "go"
    workspace.write(WAIT_FOR_FILE.format(file=str(go)), max_job_count=2, parallel_count=2)
    job = workspace.begin()
    workspace.wait_running(job, 2)
    workspace.run("cancel", job, "1")
    wait_until(lambda: workspace.trials(job)[0].state.ended, "trial 1 has not ended")
    assert workspace.trials(job)[1].state == "running"
    go.touch()
    ended = workspace.wait_ended(job)
    assert ended["state"] == "succeeded"
    assert [t["state"] for t in ended["trials"]] == ["cancelled", "succeeded"]


def test_that_a_trial_whose_supervisor_is_killed_is_run_again_with_the_same_parameters(
    workspace: Workspace, tmp_path
) -> None:
    go = tmp_path / "go"
    workspace.write(WAIT_FOR_FILE.format(file=str(go)), max_job_count=1)
    job = workspace.begin()
    before = workspace.wait_running(job, 1)[0]
    kill_supervisor(workspace, job)
    wait_until(lambda: workspace.trials(job)[0].attempt == 2, "it was not tried again")
    go.touch()
    ended = workspace.wait_ended(job)
    assert ended["state"] == "succeeded"
    assert ended["trials"][0]["parameters"] == before.parameters
    assert "trial_lost" in workspace.events(job)


def test_that_a_trial_that_is_lost_again_and_again_stays_lost(workspace: Workspace, tmp_path) -> None:
    workspace.write(WAIT_FOR_FILE.format(file=str(tmp_path / "never")), max_job_count=1)
    job = workspace.begin()
    for attempt in (1, 2, 3):
        wait_until(
            lambda a=attempt: (
                (workspace.trials(job) or [None])[0] is not None
                and workspace.trials(job)[0].attempt == a
                and workspace.trials(job)[0].state == "running"
            ),
            f"attempt {attempt} does not run",
        )
        kill_supervisor(workspace, job)
    ended = workspace.wait_ended(job)
    assert ended["trials"][0]["state"] == "lost"
    assert ended["state"] == "failed"
