"""GPUs that are left free for others."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.store import events, free_gpus
from support.gpus import StandInGpus
from support.programs import wait_for
from support.workspace import REPORT_X, Workspace, wait_until


@pytest.fixture
def gpus(workspace: Workspace, tmp_path: Path) -> StandInGpus:
    made = StandInGpus(tmp_path, ["NVIDIA RTX 4090", "NVIDIA RTX 4090"])
    workspace.environment |= made.environment
    return made


def test_that_no_trial_begins_on_a_gpu_that_is_left_free_also_after_a_restart(
    workspace: Workspace, gpus: StandInGpus, tmp_path: Path
) -> None:
    left = workspace.run("gpus", "free", "1")
    assert (left.code, left.out.strip()) == (0, "GPU 1 (NVIDIA_RTX_4090): left free")
    go = tmp_path / "go"
    workspace.write(wait_for(go) + REPORT_X, max_job_count=4, parallel_count=2, local={"gpus": "all"})
    job = workspace.begin()
    workspace.wait_running(job, 1)
    workspace.wait_for_event(job, "gpu_left_free", "nothing is said about it")
    workspace.kill_watchdog_and_engine()
    workspace.run("engine", "start")
    wait_until(lambda: workspace.events(job).count("gpu_left_free") == 2, "the engine does not ask")
    assert len(workspace.trials(job)) == 1
    taken = workspace.run("gpus", "take", gpus.uuids[1])
    assert (taken.code, "used again" in taken.out) == (0, True)
    workspace.wait_running(job, 2)
    go.touch()
    workspace.wait_ended(job)
    assert [t.gpus for t in workspace.trials(job)][:2] == [(uuid,) for uuid in gpus.uuids]


def test_that_a_job_waits_while_too_few_gpus_are_left_and_begins_at_the_time(
    workspace: Workspace, gpus: StandInGpus
) -> None:
    assert workspace.run("gpus", "free", "all", "--until", "2099-01-01 18:00").code == 0
    workspace.write(REPORT_X, max_job_count=1, local={"gpus": [0]})
    job = workspace.begin()
    workspace.wait_for_event(job, "gpu_left_free", "nothing is said about it")
    with workspace.reading() as connection:
        (words,) = {str(e.text) for e in events.of_job(connection, job) if e.kind == "gpu_left_free"}
    assert "until 2099-01-01 18:00:00" in words
    assert workspace.trials(job) == []
    database = workspace.database()
    with database.write() as connection:  # the time passes
        free_gpus.leave(connection, gpus.uuids, "2020-01-01", "2020")
    database.close()
    assert workspace.wait_ended(job)["state"] == "succeeded"


def test_that_the_list_shows_what_is_left_free(workspace: Workspace, gpus: StandInGpus) -> None:
    workspace.run("gpus", "free", "1", "--until", "2099-01-01 18:00")
    found = workspace.run("gpus", "list", "--json").json()["gpus"]
    assert [(g["index"], g["is_left_free"]) for g in found] == [(0, False), (1, True)]
    assert "left free until 2099-01-01 18:00" in workspace.run("gpus", "list").out
    database = workspace.database()
    with database.write() as connection:
        free_gpus.leave(connection, gpus.uuids[:1], "later, not a time", "")
        assert list(free_gpus.current(connection, "")) == gpus.uuids[1:]
    database.close()
    assert workspace.run("gpus", "list").out.count("left free") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["free", "7"], "no GPU 7 on this machine"),
        (["free", "0,GPU-x"], "no GPU GPU-x on this machine"),
        (["free", "²"], "no GPU ² on this machine"),
        (["free", "1" * 5000], "no GPU 111"),
        (["free", "none"], "no GPU none on this machine"),
        (["free", "1", "--until", "yesterday"], "no time to come"),
        (["take", ","], "no GPU , on this machine"),
    ],
)
def test_that_bad_input_changes_nothing(
    workspace: Workspace, gpus: StandInGpus, arguments: list[str], message: str
) -> None:
    done = workspace.run("gpus", *arguments)
    assert (done.code, message in done.err) == (2, True)
    assert not any(g["is_left_free"] for g in workspace.run("gpus", "list", "--json").json()["gpus"])
