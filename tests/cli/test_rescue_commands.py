"""Backup, restore and repair as a user calls them."""

from __future__ import annotations

from pathlib import Path

from support.programs import wait_for
from support.workspace import REPORT_X, Workspace, wait_until


def test_that_a_job_continues_from_a_backup_made_while_it_ran(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    workspace.write(REPORT_X + wait_for(go), max_job_count=4)
    job = workspace.begin()
    workspace.wait_running(job, 2)
    file = str(tmp_path / "night.tar")
    assert "jobs: 1" in workspace.run("backup", file).out
    refused = workspace.run("restore", file)
    assert refused.code == 1
    assert "engine stop" in refused.err
    workspace.run("engine", "stop", "--and-trials")
    wait_until(lambda: workspace.job(job).state.ended, "the job has not ended")
    refused = workspace.run("restore", file)
    assert (refused.code, "--replace" in refused.err) == (1, True)
    restored = workspace.run("restore", file, "--replace")
    assert (restored.code, restored.err) == (0, "")
    assert "before-restore" in restored.out
    assert "bayesdesk continue" in restored.out
    go.touch()
    workspace.run("engine", "start")  # a restored job is not started by itself
    assert workspace.job(job).state == "cancelled"
    assert {t.state for t in workspace.trials(job)} == {"cancelled"}
    workspace.run("rerun", job, "1", "--detach")
    assert workspace.wait_ended(job)["state"] == "succeeded"
    workspace.run("continue", job, "--trials", "2", "--detach")
    ended = workspace.wait_ended(job)
    assert ended["state"] == "succeeded"
    assert [t["state"] for t in ended["trials"]] == ["succeeded", "cancelled"] + ["succeeded"] * 4
    assert [t["metrics"].get("score") for t in ended["trials"] if t["state"] == "succeeded"] == [
        [t["parameters"]["x"]] for t in ended["trials"] if t["state"] == "succeeded"
    ]


def test_that_a_damaged_store_is_repaired(workspace: Workspace) -> None:
    workspace.write(max_job_count=3)
    job = str(workspace.tune()["id"])
    workspace.run("engine", "stop")
    file = workspace.data.database
    assert "nothing to repair" in workspace.run("doctor", "--repair").out
    file.write_bytes(bytes(4096) + file.read_bytes()[4096:])
    assert "doctor --repair" in workspace.run("jobs").err
    repaired = workspace.run("doctor", "--repair")
    assert repaired.code == 0, repaired.err
    assert "jobs: 1, trials: 3" in repaired.out
    assert len(workspace.run("show", job, "--json").json()["trials"]) == 3
