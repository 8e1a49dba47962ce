"""Re-runs, continuations, follow-up jobs, several jobs, many trials."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app import engine_control
from support.gpus import StandInGpus
from support.programs import wait_for
from support.workspace import REPORT_X, Workspace, wait_until

CHOICES = [{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2, 3, 4]}]
NEEDS_FILE = REPORT_X + "import pathlib, sys\nsys.exit(0 if pathlib.Path({file!r}).exists() else 4)\n"
SPOOLED = 'printf \'{"metrics": {"score": [{"value": 1}]}}\\n\' >> "$BAYESDESK_SPOOL"; true'


def test_that_failed_trials_run_again_with_the_same_parameters_and_keep_their_numbers(
    workspace: Workspace, tmp_path: Path
) -> None:
    fixed = tmp_path / "fixed"
    workspace.write(
        NEEDS_FILE.format(file=str(fixed)),
        specs=CHOICES,
        algorithm="Grid",
        max_job_count=2,
        parallel_count=1,
    )
    before = workspace.tune()
    assert [t["state"] for t in before["trials"]] == ["failed", "failed"]
    fixed.touch()
    again = workspace.run("rerun", before["id"], "--failed", "--json")
    assert again.code == 0, again.err
    after = again.json()
    assert after["state"] == "succeeded"
    assert [(t["number"], t["parameters"], t["state"]) for t in after["trials"]] == [
        (1, {"x": 1}, "succeeded"),
        (2, {"x": 2}, "succeeded"),
    ]
    assert [t["metrics"] for t in after["trials"]] == [{"score": [1.0]}, {"score": [2.0]}]
    kept = sorted(p.name for p in (workspace.data.job(after["id"]) / "trials").iterdir())
    assert kept == ["001", "001.1", "002", "002.1"]


def test_that_one_trial_is_run_again_and_a_wrong_number_is_refused(workspace: Workspace) -> None:
    workspace.write(max_job_count=2)
    job = workspace.tune()
    again = workspace.run("rerun", job["id"], "2", "--json").json()
    assert [t.attempt for t in workspace.trials(again["id"])] == [1, 2]
    refused = workspace.run("rerun", job["id"], "3")
    assert refused.code == 2
    assert "no trial 3" in refused.err
    assert workspace.run("rerun", job["id"]).code == 2
    assert "has failed" in workspace.run("rerun", job["id"], "--failed").err


@pytest.mark.parametrize("algorithm", ["Bayesian", "Random", "Grid"])
def test_that_a_job_continues_with_everything_it_knows(workspace: Workspace, algorithm: str) -> None:
    specs = [{"name": "x", "type": "DISCRETE", "discrete_values": list(range(1, 11))}]
    workspace.write(specs=specs, algorithm=algorithm, max_job_count=3)
    job = workspace.tune()
    more = workspace.run("continue", job["id"], "--trials", "4", "--json").json()
    assert more["state"] == "succeeded"
    assert more["max_job_count"] == 7
    assert more["trials"][:3] == job["trials"]
    assert len({t["parameters"]["x"] for t in more["trials"]}) == 7


def test_that_a_continuation_is_limited_to_a_hundred_trials(workspace: Workspace) -> None:
    workspace.write(max_job_count=1)
    job = workspace.tune()
    assert workspace.run("continue", job["id"], "--trials", "101").code == 2


def test_that_a_follow_up_job_learns_from_an_earlier_one_and_repeats_none_of_it(workspace: Workspace) -> None:
    specs = [{"name": "x", "type": "DISCRETE", "discrete_values": list(range(1, 13))}]
    workspace.write(specs=specs, algorithm="Bayesian", max_job_count=7)
    first = workspace.tune()
    second = workspace.tune("--history", first["id"])
    used = {t["parameters"]["x"] for t in first["trials"]}
    new = [t["parameters"]["x"] for t in second["trials"]]
    assert second["state"] == "exhausted"
    assert used.isdisjoint(new)
    assert len(used | set(new)) == 12
    assert second["trials"][0]["origin"] == "model"


def test_that_try_runs_one_trial_at_mid_range_and_continuing_does_not_repeat_it(workspace: Workspace) -> None:
    workspace.write(max_job_count=5, algorithm="Bayesian")
    tried = workspace.tune("--try")
    assert [t["parameters"] for t in tried["trials"]] == [{"x": 0.5}]
    assert tried["state"] == "succeeded"
    more = workspace.run("continue", tried["id"], "--trials", "2", "--json").json()
    assert len({t["parameters"]["x"] for t in more["trials"]}) == 3


def test_that_a_job_continues_after_its_command_was_killed(workspace: Workspace) -> None:
    workspace.write(REPORT_X + "import time\ntime.sleep(0.5)\n", max_job_count=3)
    following = workspace.start("gear", "run", "hypertuning", "--json")
    wait_until(lambda: workspace.data.database.exists() and _ids(workspace), "no job")
    wait_until(lambda: engine_control.status(workspace.data).running, "no engine")
    following.kill()
    following.communicate()
    assert workspace.wait_ended(_ids(workspace)[0])["state"] == "succeeded"


def test_that_two_jobs_run_side_by_side(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    workspace.write(REPORT_X + wait_for(go), max_job_count=2)
    assert workspace.run("queue", "--places", "4").code == 0
    first, second = workspace.begin(), workspace.begin()
    workspace.wait_running(first, 2)
    workspace.wait_running(second, 2)
    go.touch()
    assert workspace.wait_ended(first)["state"] == workspace.wait_ended(second)["state"] == "succeeded"


def test_that_a_second_job_gets_gpus_before_the_first_has_ended(workspace: Workspace, tmp_path: Path) -> None:
    gpus = StandInGpus(tmp_path, ["A", "B"])
    workspace.environment |= gpus.environment
    go = tmp_path / "go"
    wait = wait_for(go) + "time.sleep(0.3)\n"
    workspace.write(REPORT_X + wait, max_job_count=8, parallel_count=2, local={"gpus": "all"})
    first, second = workspace.begin(), workspace.begin()
    wait_until(lambda: workspace.job(second).state == "running", "the second job has not begun")
    go.touch()
    ends = [workspace.wait_ended(job)["ended_at"] for job in (first, second)]
    assert max(t.started_at or "" for t in workspace.trials(first)) < ends[0]
    shared = [t for t in workspace.trials(second) if (t.started_at or "") < ends[0]]
    assert len(shared) >= 3


def test_that_stopping_the_engine_with_its_trials_ends_every_job(workspace: Workspace) -> None:
    workspace.write(REPORT_X + "import time\ntime.sleep(100)\n")
    first, second = workspace.begin(), workspace.begin()
    workspace.wait_running(first, 2)
    assert workspace.run("engine", "stop", "--and-trials", "--json").json()["running"] is False
    assert {workspace.job(first).state, workspace.job(second).state} == {"cancelled"}


def test_that_the_project_may_change_while_a_job_runs(workspace: Workspace, tmp_path: Path) -> None:
    go = tmp_path / "go"
    workspace.write(REPORT_X + wait_for(go), max_job_count=4, parallel_count=1)
    job = workspace.begin()
    workspace.wait_running(job, 1)
    (workspace.project / "main.py").write_text("raise SystemExit('changed')\n")
    (workspace.project / "openbayes.yaml").unlink()
    go.touch()
    assert workspace.wait_ended(job)["state"] == "succeeded"


def test_that_the_same_seed_gives_the_same_parameter_sets(workspace: Workspace) -> None:
    workspace.write(algorithm="Bayesian", max_job_count=7, parallel_count=1)
    first, second = workspace.tune(), workspace.tune()
    assert [t["parameters"] for t in first["trials"]] == [t["parameters"] for t in second["trials"]]
    other = workspace.tune("--seed", "2")
    assert other["trials"][0]["parameters"] != first["trials"][0]["parameters"]


@pytest.mark.timeout(300)
def test_that_two_hundred_short_trials_all_succeed(workspace: Workspace) -> None:
    workspace.write(max_job_count=100, parallel_count=4, root={"command": SPOOLED})
    job = workspace.tune()
    more = workspace.run("continue", job["id"], "--trials", "100", "--json", timeout=280).json()
    assert more["state"] == "succeeded"
    assert [t["number"] for t in more["trials"]] == list(range(1, 201))
    assert all(t["state"] == "succeeded" and t["value"] == 1.0 for t in more["trials"])
    assert len({t["parameters"]["x"] for t in more["trials"]}) == 200


def _ids(workspace: Workspace) -> list[str]:
    from bayescore.store import jobs

    with workspace.database().read() as connection:
        return [job.id for job in jobs.every(connection)]
