"""Trials that are stopped early, and jobs whose time is used up, each by a real job."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.store import StopCause, jobs
from support.crashes import crash_and_restart
from support.workspace import Workspace, wait_until

SPECS = [{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2, 3]}]
# The trial with x = 2 diverges and then waits for its end, which it records.
DIVERGES = """
import argparse, pathlib, signal, sys, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=int)
args = parser.parse_args()
def save(number, frame):
    with open("signals.txt", "a") as file:
        file.write("stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
with open("journal.txt", "a") as journal:
    journal.write("ran\\n")
if args.x == 2:
    for step in range(8):
        log_metric("score", float("nan"))
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.02)
log_metric("score", args.x)
"""


def write(workspace: Workspace, go: Path, **local: object) -> None:
    workspace.write(
        DIVERGES.replace("{go!r}", repr(str(go))), specs=SPECS, algorithm="Grid", max_job_count=3, local=local
    )


def output(workspace: Workspace, job: str, number: int, name: str) -> str:
    """Content of a file that a trial wrote; empty if there is none."""
    found = list((workspace.data.job(job) / "trials" / f"{number:03}").rglob(name))
    return found[0].read_text(encoding="utf-8") if found else ""


def test_that_a_diverged_trial_is_stopped_saves_and_counts(workspace: Workspace, tmp_path: Path) -> None:
    write(workspace, tmp_path / "never", early_stopping=True)
    job = workspace.tune()
    assert job["state"] == "succeeded"
    assert [t["state"] for t in job["trials"]] == ["succeeded", "stopped_early", "succeeded"]
    stopped = job["trials"][1]
    assert "“score” is no longer a finite number" in stopped["reason"]
    assert output(workspace, job["id"], 2, "signals.txt") == "stopped\n"
    assert job["best"]["trial"] == 3
    trial = workspace.trials(job["id"])[1]
    assert (trial.curve.stop, trial.attempt) == (StopCause.DIVERGED, 1)
    assert "trial_stopped_early" in workspace.events(job["id"])


def test_that_nothing_is_stopped_unless_it_is_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.touch()
    write(workspace, go)
    job = workspace.tune()
    assert [t["state"] for t in job["trials"]] == ["succeeded"] * 3


def test_that_a_stopped_trial_can_be_run_to_its_end(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    write(workspace, go, early_stopping=True)
    job = workspace.tune()
    go.touch()
    again = workspace.run("rerun", job["id"], "2", "--json").json()
    second = again["trials"][1]
    assert (second["state"], second["value"]) == ("succeeded", 2.0)
    trial = workspace.trials(job["id"])[1]
    assert (trial.attempt, trial.curve.stop, trial.curve.runs_whole) == (2, None, True)


def test_that_no_trial_is_stopped_before_its_least_number_of_reports(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    write(workspace, go, early_stopping={"min_steps": 9})
    job = workspace.begin()
    wait_until(
        lambda: [t.state for t in workspace.trials(job)].count("succeeded") == 2, "the others have not ended"
    )
    go.touch()
    assert [t["state"] for t in workspace.wait_ended(job)["trials"]] == ["succeeded"] * 3


@pytest.mark.parametrize(
    ("moment", "step"),
    [
        ("before", "bayescore.store.trials:set_curve"),
        ("after", "bayescore.store.trials:set_curve"),
        ("before", "bayescore.engine.trial_run:TrialRun.stop"),
        ("after", "bayescore.engine.trial_run:TrialRun.stop"),
    ],
)
def test_that_an_engine_that_dies_at_a_stop_neither_repeats_nor_forgets_it(
    workspace: Workspace, tmp_path: Path, moment: str, step: str
) -> None:
    write(workspace, tmp_path / "never", early_stopping=True)
    prepared = prepare(workspace.project, Options(seed=1))
    assert prepared.submission is not None
    database = workspace.database()
    with database.write() as connection:
        job = jobs.add(connection, prepared.submission).id
    database.close()
    crash_and_restart(workspace, moment, step)
    ended = workspace.wait_ended(job)
    assert [t["state"] for t in ended["trials"]] == ["succeeded", "stopped_early", "succeeded"]
    assert output(workspace, job, 2, "journal.txt") == "ran\n"
    assert output(workspace, job, 2, "signals.txt") == "stopped\n"
    assert workspace.trials(job)[1].attempt == 1


REPORTS = """
import argparse, pathlib, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=int)
args = parser.parse_args()
log_metric("score", args.x)
while args.x == 2 and not pathlib.Path({go!r}).exists():
    time.sleep(0.02)
"""


def begin_with_an_hour(workspace: Workspace, go: Path) -> str:
    """Start a job that may take an hour; return its id when its second trial runs, which waits."""
    workspace.write(
        REPORTS.replace("{go!r}", repr(str(go))),
        specs=SPECS,
        algorithm="Grid",
        max_job_count=3,
        parallel_count=1,
        local={"early_stopping": True, "max_hours": 1},
    )
    job = workspace.begin()
    wait_until(lambda: len(workspace.trials(job)) == 2, "the second trial does not begin")
    workspace.wait_running(job, 1)
    return job


def change(workspace: Workspace, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(workspace.data.database, timeout=60)) as connection:
        connection.execute(statement, values)
        connection.commit()


def long_ago() -> str:
    return (datetime.now(UTC) - timedelta(hours=2)).isoformat(timespec="microseconds")


def test_that_a_job_ends_with_its_best_when_its_time_is_used_up(workspace: Workspace, tmp_path: Path) -> None:
    job = begin_with_an_hour(workspace, tmp_path / "never")
    change(workspace, "UPDATE jobs SET run_since = ? WHERE id = ?", long_ago(), job)
    ended = workspace.wait_ended(job)
    assert (ended["state"], ended["reason"]) == ("succeeded", "The time of the job is used up.")
    assert [t["state"] for t in ended["trials"]] == ["succeeded", "stopped_early"]
    assert ended["best"]["value"] == 1.0
    assert "used up" in ended["trials"][1]["reason"]


def test_that_no_trial_begins_that_is_not_expected_to_end_in_time(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin_with_an_hour(workspace, go)
    change(workspace, "UPDATE trials SET started_at = ? WHERE job = ? AND number = 1", long_ago(), job)
    go.touch()
    ended = workspace.wait_ended(job)
    assert (ended["state"], ended["reason"]) == ("succeeded", "The time of the job is used up.")
    assert [t["state"] for t in ended["trials"]] == ["succeeded", "succeeded"]
