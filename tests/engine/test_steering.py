"""A job is steered after its start: a trial by hand, other settings, pauses."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import tzset

import pytest

from bayescore.app import engine_control
from bayescore.app.options import Options
from bayescore.app.parameter_values import value_of
from bayescore.app.prepare import prepare
from bayescore.app.steering import parse_time
from bayescore.config import DiscreteSpec
from bayescore.errors import ConfigError
from bayescore.store import events, jobs, requests
from support.crashes import crashing, kill_supervisor
from support.gpus import StandInGpus
from support.workspace import REPORT_X, Workspace, wait_until

CHOICES = [{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2, 3, 4, 5, 6]}]
PLANE = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0},
    {"name": "y", "type": "INTEGER", "min_value": 1, "max_value": 9},
]
WAITS = REPORT_X + "import pathlib, time\nwhile not pathlib.Path({go!r}).exists():\n    time.sleep(0.02)\n"


def begin(workspace: Workspace, go: Path, **options: object) -> str:
    """Start a job whose trials wait for a file; return its id when one runs."""
    workspace.write(WAITS.format(go=str(go)), **{"specs": CHOICES, "algorithm": "Grid", **options})  # type: ignore[arg-type]
    job = workspace.begin()
    workspace.wait_running(job, 1)
    return job


def kinds(workspace: Workspace, job: str, kind: str) -> list[str]:
    with workspace.reading() as connection:
        return [str(e.text) for e in events.of_job(connection, job) if e.kind == kind]


# ---- trials by hand


def test_that_a_trial_by_hand_runs_next_and_counts_beside_the_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=3, parallel_count=1)
    done = workspace.run("add", job, "x=5")
    assert done.code == 0, done.err
    assert "x = 5" in done.out
    go.touch()
    ended = workspace.wait_ended(job)
    assert [t["parameters"]["x"] for t in ended["trials"]] == [1, 5, 2, 3]
    assert [t["origin"] for t in ended["trials"]] == ["grid", "by_hand", "grid", "grid"]
    assert kinds(workspace, job, "trial_added") == ["A trial was added by hand: x = 5."]


def test_that_an_ended_job_continues_for_a_trial_by_hand_also_outside_the_ranges(
    workspace: Workspace,
) -> None:
    workspace.write(specs=PLANE, max_job_count=2)
    job = workspace.tune()
    done = workspace.run("add", job["id"], "--yes", "x=7.5", "--like", "2")
    assert done.code == 0, done.err
    ended = workspace.wait_ended(job["id"])
    assert len(ended["trials"]) == 3
    assert ended["trials"][2]["parameters"] == {"x": 7.5, "y": job["trials"][1]["parameters"]["y"]}
    assert ended["trials"][2]["value"] == 7.5
    assert len(kinds(workspace, job["id"], "outside_ranges")) == 1


def test_that_the_search_chooses_what_is_not_given(workspace: Workspace) -> None:
    workspace.write(specs=PLANE, algorithm="Bayesian", max_job_count=2)
    job = workspace.tune()
    assert workspace.run("add", job["id"], "--yes", "y=4").code == 0
    third = workspace.wait_ended(job["id"])["trials"][2]["parameters"]
    assert third["y"] == 4
    assert 0.0 <= third["x"] <= 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["xx=1"], "did you mean “x”"),
        (["weight=1"], "Possible: x, y"),
        (["x"], "not NAME=VALUE"),
        (["x=fast"], "“x” must be a number"),
        (["y=1.5"], "“y” must be an integer"),
        (["x=1", "x=2"], "given twice"),
        ([], "at least one parameter"),
        (["--like", "9"], "no trial 9"),
    ],
)
def test_that_a_wrong_trial_by_hand_is_refused_before_anything_changes(
    workspace: Workspace, arguments: list[str], message: str
) -> None:
    workspace.write(specs=PLANE)
    job = workspace.insert(trials=1)
    done = workspace.run("add", job.id, *arguments)
    assert done.code == 2
    assert message in done.err
    assert len(workspace.trials(job.id)) == 1


# ---- settings


def test_that_a_running_job_gets_more_trials_at_a_time(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=6, parallel_count=1)
    assert workspace.run("change", job, "--parallel", "3", "--count", "5").code == 0
    workspace.wait_running(job, 3)
    go.touch()
    ended = workspace.wait_ended(job)
    assert [t["parameters"]["x"] for t in ended["trials"]] == [1, 2, 3, 4, 5]
    assert [t.attempt for t in workspace.trials(job)] == [1] * 5  # what ran was not touched
    assert kinds(workspace, job, "changed") == [
        "The job was changed: number of trials: 6 → 5, trials at a time: 1 → 3."
    ]


def test_that_a_count_below_what_has_begun_begins_no_more(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=6, parallel_count=2)
    workspace.wait_running(job, 2)
    assert workspace.run("change", job, "--count", "1").code == 0
    go.touch()
    ended = workspace.wait_ended(job)
    assert (ended["state"], len(ended["trials"])) == ("succeeded", 2)


def test_that_trials_that_begin_later_get_the_new_gpus_and_time_limit(
    workspace: Workspace, tmp_path: Path
) -> None:
    gpus = StandInGpus(tmp_path, ["NVIDIA RTX 4090", "NVIDIA RTX 4090"])
    workspace.environment = gpus.environment
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=3, parallel_count=1, local={"gpus": [0]})
    done = workspace.run("change", job, "--gpus", "1", "--timeout", "1h", "--max-hours", "9")
    assert done.code == 0, done.err
    go.touch()
    workspace.wait_ended(job)
    assert [t.gpus for t in workspace.trials(job)] == [(gpus.uuids[i],) for i in (0, 1, 1)]
    local = workspace.job(job).local
    assert (local.trial_timeout, local.max_hours) == (3600.0, 9.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "at least one change"),
        (["--parallel", "0"], "“0” is no value for: trials at a time"),
        (["--count", "5000"], "Write a whole number from 1 to 1000."),
        (["--timeout", "soon"], "Write a time like 30m or 2h, or none."),
        (["--max-hours", "-1"], "“-1” is no value for: hours at most"),
        (["--max-hours", "inf"], "Write a number above 0, or none."),
        (["--gpus", "7"], "There is no GPU 7 on this machine."),
        (["--hours", "at night"], "“at night” is no value for: hours in which trials begin"),
    ],
)
def test_that_a_wrong_change_is_refused(
    workspace: Workspace, tmp_path: Path, arguments: list[str], message: str
) -> None:
    job = begin(workspace, tmp_path / "never", max_job_count=1)
    done = workspace.run("change", job, *arguments)
    assert done.code == 2
    assert message in done.err
    assert kinds(workspace, job, "changed") == []


def test_that_hours_can_be_removed_where_there_are_none(workspace: Workspace, tmp_path: Path) -> None:
    job = begin(workspace, tmp_path / "go", max_job_count=1)
    assert workspace.run("change", job, "--hours", "none").code == 0
    (tmp_path / "go").touch()
    workspace.wait_ended(job)
    assert workspace.job(job).local.hours is None


def test_that_a_request_that_cannot_be_carried_out_is_given_up(workspace: Workspace, tmp_path: Path) -> None:
    job = begin(workspace, tmp_path / "go", max_job_count=2, parallel_count=1)
    database = workspace.database()
    with database.write() as connection:
        requests.add(connection, job, requests.CHANGE, data={"parallel": "many"})
        requests.add(connection, job, requests.CHANGE, data={"parallel": 2})
    database.close()
    workspace.wait_running(job, 2)
    assert len(kinds(workspace, job, "request_failed")) == 1
    (tmp_path / "go").touch()
    workspace.wait_ended(job)


@pytest.mark.parametrize(("written", "value"), [("48", "48"), ("48.5", "48.5"), ("2", "2")])
def test_that_a_whole_number_outside_a_list_of_whole_numbers_stays_one(written: str, value: str) -> None:
    spec = DiscreteSpec(name="x", type="DISCRETE", discrete_values=(1, 2, 4))
    assert repr(value_of(spec, written)) == value


def test_that_an_ended_job_is_continued_and_not_changed(workspace: Workspace) -> None:
    workspace.write()
    job = workspace.insert(trials=1)
    done = workspace.run("change", job.id, "--parallel", "2")
    assert done.code == 2
    assert "has already ended" in done.err


def test_that_a_change_that_was_stored_survives_the_end_of_the_engine(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=2, parallel_count=1)
    assert workspace.run("change", job, "--parallel", "2").code == 0
    assert workspace.run("add", job, "x=6").code == 0
    workspace.kill_engine()
    workspace.wait_running(job, 2)
    go.touch()
    ended = workspace.wait_ended(job)
    assert sorted(t["parameters"]["x"] for t in ended["trials"]) == [1, 2, 6]
    wait_until(lambda: workspace.job(job).state.ended, "the job does not end")


# ---- pauses

CHECKPOINTS = """
import argparse, pathlib, sys, time
from openbayestool import log_metric
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=int)
args = parser.parse_args()
kept = pathlib.Path("checkpoint.txt")
kept.write_text((kept.read_text() if kept.exists() else "") + "begun ")
log_metric("score", float(len(kept.read_text().split())))
while not pathlib.Path({go!r}).exists():
    time.sleep(0.02)
"""


def paused(workspace: Workspace, job: str) -> bool:
    """Whether the job is paused and nothing of it runs."""
    running = [t for t in workspace.trials(job) if t.state in ("starting", "running")]
    return workspace.job(job).state == "paused" and not running


def test_that_a_paused_job_lets_its_trials_end_and_begins_no_more_until_it_is_resumed(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=3, parallel_count=1)
    assert workspace.run("pause", job).code == 0
    assert workspace.job(job).state == "paused"
    go.touch()
    wait_until(lambda: paused(workspace, job), "the trial does not end")
    assert [t.state for t in workspace.trials(job)] == ["succeeded"]
    assert workspace.run("resume", job).code == 0
    ended = workspace.wait_ended(job)
    assert [(t["state"], t["parameters"]["x"]) for t in ended["trials"]] == [
        ("succeeded", 1),
        ("succeeded", 2),
        ("succeeded", 3),
    ]
    assert len(kinds(workspace, job, "paused")) == len(kinds(workspace, job, "resumed")) == 1


@pytest.mark.parametrize("kills", [False, True])
def test_that_trials_that_a_pause_ends_continue_in_the_folder_as_they_left_it(
    workspace: Workspace, tmp_path: Path, kills: bool
) -> None:
    go = tmp_path / "go"
    workspace.write(
        CHECKPOINTS.format(go=str(go)), specs=CHOICES, algorithm="Grid", max_job_count=2, parallel_count=2
    )
    job = workspace.begin()
    workspace.wait_running(job, 2)
    wait_until(
        lambda: len(list(workspace.data.job(job).rglob("checkpoint.txt"))) == 2, "the programs do not begin"
    )
    assert workspace.run("pause", job, "--now").code == 0
    wait_until(lambda: paused(workspace, job), "the trials do not end")
    assert [t.state for t in workspace.trials(job)] == ["pending", "pending"]
    if kills:
        workspace.kill_watchdog_and_engine()
    go.touch()
    assert workspace.run("resume", job).code == 0
    ended = workspace.wait_ended(job)
    assert [(t["state"], t["parameters"]["x"]) for t in ended["trials"]] == [
        ("succeeded", 1),
        ("succeeded", 2),
    ]
    assert [t["value"] for t in ended["trials"]] == [2.0, 2.0]
    assert [t.attempt for t in workspace.trials(job)] == [2, 2]


def test_that_a_trial_that_was_paused_often_is_still_tried_again_when_it_is_lost(
    workspace: Workspace, tmp_path: Path
) -> None:
    job = begin(workspace, tmp_path / "go", max_job_count=1)
    for _pause in range(3):
        assert workspace.run("pause", job, "--now").code == 0
        wait_until(lambda: paused(workspace, job), "the trial does not end")
        assert workspace.run("resume", job).code == 0
        workspace.wait_running(job, 1)
    kill_supervisor(workspace, job)
    wait_until(lambda: workspace.trials(job)[0].attempt == 5, "it was not tried again")
    (tmp_path / "go").touch()
    assert [t["state"] for t in workspace.wait_ended(job)["trials"]] == ["succeeded"]


def test_that_a_paused_job_holds_no_gpu(workspace: Workspace, tmp_path: Path) -> None:
    gpus = StandInGpus(tmp_path, ["NVIDIA RTX 4090"])
    workspace.environment = gpus.environment
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=2, parallel_count=1, local={"gpus": "all"})
    assert workspace.run("pause", job, "--now").code == 0
    wait_until(lambda: paused(workspace, job), "the trial does not end")
    workspace.write(specs=CHOICES, algorithm="Grid", max_job_count=2, local={"gpus": "all"})
    other = workspace.tune()
    assert other["state"] == "succeeded"
    assert {tuple(t["gpus"]) for t in other["trials"]} == {(gpus.uuids[0],)}
    go.touch()
    assert workspace.run("resume", job).code == 0
    assert [t["state"] for t in workspace.wait_ended(job)["trials"]] == ["succeeded"] * 2


def test_that_the_time_of_a_pause_is_added_to_what_the_job_may_take(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    job = begin(workspace, go, max_job_count=2, parallel_count=1, local={"max_hours": 8})
    assert workspace.run("pause", job, "--now").code == 0
    wait_until(lambda: paused(workspace, job), "the trial does not end")
    earlier = (datetime.now(UTC) - timedelta(hours=1.5)).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(workspace.data.database, timeout=60)) as connection:
        connection.execute("UPDATE events SET at = ? WHERE kind = 'paused'", (earlier,))
        connection.commit()
    assert workspace.run("resume", job).code == 0
    assert workspace.job(job).local.max_hours == pytest.approx(9.5, abs=0.05)
    go.touch()
    assert [t["state"] for t in workspace.wait_ended(job)["trials"]] == ["succeeded"] * 2


def test_that_a_paused_job_can_be_cancelled(workspace: Workspace, tmp_path: Path) -> None:
    job = begin(workspace, tmp_path / "never", max_job_count=3, parallel_count=1)
    assert workspace.run("pause", job, "--now").code == 0
    wait_until(lambda: paused(workspace, job), "the trial does not end")
    assert workspace.run("cancel", job).code == 0
    ended = workspace.wait_ended(job)
    assert (ended["state"], [t["state"] for t in ended["trials"]]) == ("cancelled", ["cancelled"])


def test_that_a_pause_of_an_ended_job_and_a_resume_of_a_running_one_are_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    job = begin(workspace, tmp_path / "never", max_job_count=1)
    assert "is not paused" in workspace.run("resume", job).err
    workspace.run("cancel", job)
    workspace.wait_ended(job)
    refused = workspace.run("pause", job)
    assert refused.code == 2
    assert "has already ended" in refused.err


@pytest.mark.parametrize(
    ("moment", "step"),
    [
        ("before", "bayescore.engine.requests:_pause"),
        ("after", "bayescore.engine.requests:_pause"),
        ("before", "bayescore.engine.trial_run:TrialRun._end"),
        ("after", "bayescore.engine.trial_run:TrialRun._end"),
        ("before", "bayescore.trials.trial_folder:_take_over"),
        ("after", "bayescore.trials.trial_folder:_take_over"),
    ],
)
def test_that_an_engine_that_dies_around_a_pause_loses_no_checkpoint_and_begins_no_trial_twice(
    workspace: Workspace, tmp_path: Path, moment: str, step: str
) -> None:
    go = tmp_path / "go"
    workspace.write(CHECKPOINTS.format(go=str(go)), specs=CHOICES, algorithm="Grid", max_job_count=1)
    prepared = prepare(workspace.project, Options(seed=1))
    assert prepared.submission is not None
    database = workspace.database()
    with database.write() as connection:
        job = jobs.add(connection, prepared.submission).id
    with crashing(workspace, moment, step) as engine:
        workspace.wait_running(job, 1)
        wait_until(
            lambda: list(workspace.data.job(job).rglob("checkpoint.txt")), "the program does not begin"
        )
        with database.write() as connection:
            requests.add(connection, job, requests.PAUSE, data={"now": True})
        if "_take_over" in step:
            wait_until(lambda: paused(workspace, job), "the trial does not end")
            with database.write() as connection:
                requests.add(connection, job, requests.RESUME)
        assert engine.wait(timeout=60) == -signal.SIGKILL
    database.close()
    go.touch()
    engine_control.start(workspace.data)
    if "_take_over" not in step:
        wait_until(lambda: paused(workspace, job), "the trial does not end")
        assert workspace.run("resume", job).code == 0
    (trial,) = workspace.wait_ended(job)["trials"]
    assert (trial["state"], trial["value"]) == ("succeeded", 2.0)
    assert [t.attempt for t in workspace.trials(job)] == [2]


def test_that_a_job_is_resumed_at_a_time_unless_it_is_paused_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    go.touch()
    job = begin_paused(workspace, go)
    assert "continues at" in workspace.run("resume", job, "--at", "2100-01-01 08:30").out
    assert workspace.job(job).state == "paused"
    make_due(workspace)
    assert [t["state"] for t in workspace.wait_ended(job)["trials"]] == ["succeeded"] * 2
    other = begin_paused(workspace, go)
    assert workspace.run("resume", other, "--at", "2100-01-01 08:30").code == 0
    assert workspace.run("pause", other).code == 0
    make_due(workspace)
    assert workspace.run("change", other, "--count", "2").code == 0  # the engine has looked at all requests
    assert workspace.job(other).state == "paused"


def begin_paused(workspace: Workspace, go: Path) -> str:
    """Start a job of two trials, one at a time, and pause it; return its id when the first trial has ended."""
    go.unlink()
    job = begin(workspace, go, max_job_count=2, parallel_count=1)
    assert workspace.run("pause", job).code == 0
    go.touch()
    wait_until(lambda: paused(workspace, job), "the trial does not end")
    return job


def make_due(workspace: Workspace) -> None:
    """Let the time of every request come."""
    with closing(sqlite3.connect(workspace.data.database, timeout=60)) as connection:
        connection.execute("UPDATE wants SET data = replace(data, '2100-', '2000-')")
        connection.commit()


NOON = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("18:00", "2026-11-28T18:00"),
        ("08:30", "2026-11-29T08:30"),
        ("12:00", "2026-11-29T12:00"),
        ("2026-12-31 08:30", "2026-12-31T08:30"),
        ("2026-12-31T08:30+02:00", "2026-12-31T06:30"),
    ],
)
def test_that_a_time_is_the_next_one_on_the_clock(
    monkeypatch: pytest.MonkeyPatch, written: str, time: str
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    tzset()
    try:
        assert parse_time(written, NOON).startswith(time)
    finally:
        monkeypatch.undo()
        tzset()


@pytest.mark.parametrize("written", ["soon", "25:00", "2026-11-28 11:00", "", "9" * 40])
def test_that_what_is_no_time_to_come_is_refused(written: str) -> None:
    with pytest.raises(ConfigError, match="is no time to come"):
        parse_time(written, NOON)
