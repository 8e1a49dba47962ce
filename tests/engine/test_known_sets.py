"""Parameter sets that the researcher knows: run first, or measured elsewhere and only learned from."""

from __future__ import annotations

import pytest

from bayescore.store import events
from support.workspace import Workspace

SPECS = [
    {"name": "x", "type": "DOUBLE", "min_value": 0.0, "max_value": 1.0},
    {"name": "kind", "type": "CATEGORICAL", "categorical_values": ["a", "b"]},
]
GRID = [{"name": "x", "type": "DISCRETE", "discrete_values": [1, 2, 3]}]


def origins(workspace: Workspace, job: str) -> list[str]:
    return [t.origin for t in workspace.trials(job)]


def outside(workspace: Workspace, job: str) -> list[int | None]:
    """Trials that the search does not learn from."""
    with workspace.reading() as connection:
        return [e.trial for e in events.of_job(connection, job) if e.kind == "outside_ranges"]


@pytest.mark.parametrize("algorithm", ["Bayesian", "Random"])
def test_that_the_baseline_and_the_known_sets_run_first_and_the_search_fills_in_the_rest(
    workspace: Workspace, algorithm: str
) -> None:
    local = {
        "known": [{"x": 0.25, "kind": "b"}, {"kind": "a"}],
        "baseline": {"x": 0.5, "kind": "a"},
    }
    workspace.write(specs=SPECS, algorithm=algorithm, max_job_count=5, local=local)
    job = workspace.tune()
    assert job["state"] == "succeeded"
    assert origins(workspace, job["id"])[:3] == ["baseline", "known", "known"]
    assert not {"baseline", "known"} & set(origins(workspace, job["id"])[3:])
    first, second, third = (t["parameters"] for t in job["trials"][:3])
    assert (first, second) == ({"x": 0.5, "kind": "a"}, {"x": 0.25, "kind": "b"})
    assert third["kind"] == "a"
    assert 0.0 <= third["x"] <= 1.0
    assert len(job["trials"]) == 5
    assert outside(workspace, job["id"]) == []


def test_that_a_grid_does_not_repeat_a_known_set(workspace: Workspace) -> None:
    workspace.write(specs=GRID, algorithm="Grid", max_job_count=3, local={"known": [{"x": 2}]})
    job = workspace.tune()
    assert [t["parameters"]["x"] for t in job["trials"]] == [2, 1, 3]


def test_that_a_set_outside_the_ranges_runs_and_is_not_learned_from(workspace: Workspace) -> None:
    local = {"known": [{"x": 7.0, "kind": "a"}, {"x": 0.5, "kind": "c"}]}
    workspace.write(specs=SPECS, algorithm="Bayesian", max_job_count=7, parallel_count=1, local=local)
    job = workspace.tune()
    assert [t["value"] for t in job["trials"][:2]] == [7.0, 0.5]
    assert outside(workspace, job["id"]) == [1, 2]
    assert job["best"]["trial"] == 1
    assert all(0.0 <= t["parameters"]["x"] <= 1.0 for t in job["trials"][2:])
    # two of the seven are not known to the model, so the initial design of four is complete with the sixth
    assert [t["origin"] for t in job["trials"]][-1] == "model"


def test_that_what_was_measured_elsewhere_is_learned_from_and_not_run(workspace: Workspace) -> None:
    measured = [{"x": x / 8, "kind": "a", "value": 1.0 - abs(x / 8 - 0.5)} for x in range(1, 8)]
    workspace.write(
        specs=SPECS, algorithm="Bayesian", max_job_count=2, side_metrics=["loss"], local={"known": measured}
    )
    job = workspace.tune()
    assert job["state"] == "succeeded"
    assert len(job["trials"]) == 9  # they count beside the trials that run
    assert origins(workspace, job["id"])[:7] == ["measured"] * 7
    assert {t["origin"] for t in job["trials"][7:]} == {"model"}  # no initial design is needed
    assert [t["value"] for t in job["trials"][:7]] == [each["value"] for each in measured]
    assert [t["metrics"] for t in job["trials"][:1]] == [{"score": [measured[0]["value"]]}]
    folders = [p.name for p in (workspace.data.job(job["id"]) / "trials").iterdir()]
    assert sorted(folders) == ["008", "009"]


def test_that_values_of_several_metrics_are_kept(workspace: Workspace) -> None:
    known = [{"x": 0.1, "kind": "a", "values": {"score": 0.7, "loss": 0.3}}]
    workspace.write(specs=SPECS, max_job_count=1, side_metrics=["loss"], local={"known": known})
    job = workspace.tune()
    assert job["trials"][0]["metrics"] == {"score": [0.7], "loss": [0.3]}


TABLE = "x,kind,score,comment\n0.25,b,,mine\n,a,,\n0.5,a,0.9,from the paper\n"


def test_that_a_table_is_read(workspace: Workspace) -> None:
    workspace.write(
        specs=SPECS, max_job_count=3, local={"known": "results.csv"}, files={"results.csv": TABLE}
    )
    job = workspace.tune()
    assert origins(workspace, job["id"]) == ["measured", "known", "known", "random"]
    assert job["trials"][0]["value"] == 0.9
    assert job["trials"][1]["parameters"] == {"x": 0.25, "kind": "b"}
    assert job["trials"][2]["parameters"]["kind"] == "a"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("y,other\n1,2\n", "no column with the name of a parameter (x, kind)"),
        ("x,score\n0.5,0.9\n", "Line 2 of results.csv: A set that was measured names every parameter; kind"),
        ("x,kind\n0.5,a\nhalf,b\n", "Line 3 of results.csv: “x” must be a number"),
        ("x,kind\n0.5,a,7\n", "Line 2 of results.csv has more cells"),
        ("x,kind\n0.5,a\n0.5\n", "Line 3 of results.csv has fewer cells"),
        ("x,kid\n0.5,a\n", "a column “kid”; did you mean “kind”?"),
        ("x,x\n0.5,0.25\n", "two columns “x”"),
        (None, "results.csv cannot be read"),
    ],
)
def test_that_a_wrong_table_is_a_problem_before_anything_starts(
    workspace: Workspace, table: str | None, message: str
) -> None:
    files = {} if table is None else {"results.csv": table}
    workspace.write(specs=SPECS, local={"known": "results.csv"}, files=files)
    for command in (("check",), ("gear", "run", "hypertuning")):
        done = workspace.run(*command)
        assert done.code != 0
        assert message in done.out + done.err
        assert "openbayes.local.yaml:1:" in done.out + done.err


def test_that_a_table_outside_the_project_is_not_read(workspace: Workspace) -> None:
    workspace.write(specs=SPECS, local={"known": "../results.csv"})
    (workspace.project.parent / "results.csv").write_text(TABLE)
    done = workspace.run("check")
    assert done.code != 0
    assert "is not in the project's folder" in done.out + done.err


def test_that_a_trial_to_try_runs_none_of_them(workspace: Workspace) -> None:
    known = [{"x": 0.1, "kind": "a", "value": 0.7}, {"x": 0.2, "kind": "a"}]
    workspace.write(specs=SPECS, local={"known": known})
    job = workspace.tune("--try")
    assert [t["parameters"]["x"] for t in job["trials"]] == [0.5]
