"""What the researcher expects reaches the search of a job, and stays with the job."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.app.options import Options
from bayescore.app.prepare import prepare
from bayescore.app.project_copy import write_project
from bayescore.config import Belief
from support.workspace import Workspace

SPECS = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0},
    {"name": "kind", "type": "CATEGORICAL", "categorical_values": ["a", "b", "c"]},
]
EXPECT = {"x": {"around": 0.8, "within": 0.1}, "kind": {"b": 5, "c": 2}}


def test_that_a_job_tries_what_is_expected_first_and_keeps_it_when_it_continues(workspace: Workspace) -> None:
    workspace.write(specs=SPECS, algorithm="Bayesian", max_job_count=1, local={"expect": EXPECT})
    job = workspace.tune()
    assert job["trials"][0]["parameters"] == {"x": pytest.approx(0.8), "kind": "b"}
    (workspace.project / "openbayes.local.yaml").unlink()
    workspace.run("continue", job["id"], "--trials", "1")
    assert workspace.job(job["id"]).local.expect == {
        "x": Belief(around=0.8, within=0.1),
        "kind": Belief(weights={"b": 5, "c": 2}),
    }


def test_that_a_wrong_belief_starts_nothing(workspace: Workspace) -> None:
    workspace.write(specs=SPECS, max_job_count=1, local={"expect": {"x": 7}})
    refused = workspace.run("gear", "run", "hypertuning")
    assert refused.code == 2
    assert "openbayes.local.yaml:" in refused.out + refused.err
    assert "7 is outside the range of “x”, 0 to 1" in refused.out + refused.err
    assert not workspace.data.database.exists() or workspace.run("jobs", "--json").json()["jobs"] == []


def test_that_a_project_that_is_written_again_has_its_beliefs_and_known_sets(
    workspace: Workspace, tmp_path: Path
) -> None:
    known = [{"x": 0.5}, {"x": 0.25, "kind": "a", "value": 0.25}]
    local = {"expect": EXPECT, "known": known, "baseline": {"kind": "a"}, "runner": "process", "gpus": "none"}
    workspace.write(specs=SPECS, algorithm="Random", max_job_count=2, local=local)
    job = workspace.insert()
    database = workspace.database()
    write_project(database, job, tmp_path / "again")
    database.close()
    (tmp_path / "again" / "main.py").write_text("")
    again = prepare(tmp_path / "again", Options(seed=1)).submission
    assert again is not None
    assert again.local.expect == job.local.expect
    assert (again.local.known, again.local.baseline) == (job.local.known, job.local.baseline)


def test_that_show_says_where_the_best_trials_lie(workspace: Workspace) -> None:
    workspace.write(specs=SPECS, algorithm="Random", max_job_count=12, local={"expect": {"x": 0.1}})
    job = workspace.insert()  # the score is x
    shown = workspace.run("show", job.id).out
    assert "x: you expected 0.1; the best trials lie at 0." in shown
    (belief,) = workspace.run("show", job.id, "--json").json()["beliefs"]
    assert (belief["parameter"], belief["expected"], belief["is_met"]) == ("x", 0.1, False)
    assert belief["best"][0] > 0.1
