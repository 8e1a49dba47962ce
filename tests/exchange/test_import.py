"""Results and search spaces of other tools are imported, and tables exported to them."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import optuna
import pytest
import yaml

from bayescore.config import load_text
from bayescore.exchange.search_spaces import convert_space
from support.workspace import REPORT_X, UNIT, Workspace


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.write()
    return workspace


STOPPED_TABLE = """x\tscore\tstatus
0.25\t0.5\t已完成
0.5\t0.4\t提前停止
0.75\t\tpruned
0.1\t0.9\tstopped_early
"""


def test_that_rows_of_a_table_that_were_stopped_early_are_never_the_best(
    workspace: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "table.csv").write_text(STOPPED_TABLE, encoding="utf-8")
    job = workspace.run("import", str(tmp_path / "table.csv"), "--json").json()
    assert [t["state"] for t in job["trials"]] == ["succeeded", *["stopped_early"] * 3]
    assert [t["value"] for t in job["trials"]] == [0.5, 0.4, None, 0.9]
    assert job["best"]["trial"] == 1


def test_that_the_hiplot_table_has_an_axis_for_each_parameter(workspace: Workspace) -> None:
    workspace.write(max_job_count=3)
    ours = workspace.insert()
    rows = list(csv.DictReader(io.StringIO(workspace.run("export", "last", "--format", "hiplot").out)))
    assert list(rows[0]) == ["uid", "x", "score"]
    assert [float(r["x"]) for r in rows] == [t.parameters["x"] for t in workspace.trials(ours.id)]


SWEEP = """
program: train.py
method: bayes
metric: {name: val_loss, goal: minimize}
run_cap: 25
early_terminate: {type: hyperband}
parameters:
  lr: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  decay: {distribution: log_uniform, min: -9.21, max: -2.3}
  layers: {min: 1, max: 6}
  drop: {min: 0.0, max: 0.5}
  units: {distribution: q_uniform, min: 32, max: 128, q: 32}
  opt: {values: [adam, sgd], probabilities: [0.9, 0.1]}
  batch: {values: [64, 16]}
  warm: {distribution: normal, mu: 10, sigma: 2}
  epochs: {value: 20}
  model: {parameters: {width: {min: 1.0, max: 2.0}}}
"""
NNI = {
    "lr": {"_type": "loguniform", "_value": [0.0001, 0.1]},
    "n": {"_type": "randint", "_value": [1, 9]},
    "drop": {"_type": "quniform", "_value": [0, 1, 0.25]},
    "opt": {"_type": "choice", "_value": ["adam", "sgd"]},
    "nested": {"_type": "choice", "_value": [{"_name": "a", "x": {"_type": "uniform", "_value": [0, 1]}}]},
    "odd": {"_type": "mystery", "_value": []},
}


def test_that_a_wandb_sweep_is_converted_with_remarks(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    done = workspace.run("import", str(tmp_path / "sweep.yaml"), "--into", str(tmp_path / "new.yaml"))
    assert done.code == 0, done.err
    loaded = load_text((tmp_path / "new.yaml").read_text())
    assert loaded.config is not None
    tuning = loaded.config.hyper_tuning
    specs = {s.name: s for s in tuning.parameter_specs}
    assert (tuning.hyperparameter_metric, tuning.goal, tuning.algorithm, tuning.max_job_count) == (
        "val_loss", "MINIMIZE", "Bayesian", 25,
    )  # fmt: skip
    assert loaded.config.command == "python train.py --epochs=20"
    assert (specs["lr"].min_value, specs["lr"].max_value, specs["lr"].scale_type) == (
        1e-4,
        0.1,
        "UNIT_LOG_SCALE",
    )
    assert specs["decay"].min_value == pytest.approx(1e-4, rel=0.01)
    assert (specs["layers"].type, specs["drop"].type) == ("INTEGER", "DOUBLE")
    assert specs["units"].discrete_values == (32, 64, 96, 128)
    assert specs["batch"].discrete_values == (16, 64)
    assert (specs["warm"].min_value, specs["warm"].max_value) == (4, 16)
    assert "model.width" in specs
    assert "“early_terminate” was left out." in done.err
    assert "“early_stopping: true”" in done.err
    for word in ("opt", "warm"):
        assert word in done.err
    again = workspace.run("import", str(tmp_path / "sweep.yaml"), "--into", str(tmp_path / "new.yaml"))
    assert again.code == 2


def test_that_an_nni_search_space_is_converted_with_remarks(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "space.json").write_text(json.dumps(NNI))
    done = workspace.run("import", str(tmp_path / "space.json"))
    loaded = load_text(done.out)
    assert loaded.config is not None
    specs = {s.name: s for s in loaded.config.hyper_tuning.parameter_specs}
    assert (specs["n"].min_value, specs["n"].max_value) == (1, 8)
    assert specs["drop"].discrete_values == (0, 0.25, 0.5, 0.75, 1)
    assert "nested" not in specs
    for word in ("nested", "mystery", "log_metric"):
        assert word in done.err
    experiment = yaml.safe_dump(
        {
            "searchSpace": NNI,
            "trialCommand": "python a.py",
            "tuner": {"name": "GridSearch"},
            "assessor": {"name": "Medianstop"},
        }
    )
    found = convert_space(experiment)
    assert any("“assessor” was left out." in str(remark) for remark in found.remarks)
    assert yaml.safe_load(found.file_text)["command"] == "python a.py"
    assert workspace.run("import", str(workspace.project / "main.py")).code == 2


TABLE = """x\tscore\tstatus
0.25\t0.5\t已完成
0.75\t0.9\t已完成
0.5\t\t执行出错
much\t0.3\t已完成
"""


def test_that_numbers_and_settings_of_other_tools_keep_their_meaning(
    workspace: Workspace, tmp_path: Path
) -> None:
    sweep = tmp_path / "sweep.yaml"
    sweep.write_text(
        "program: train.py\nmethod: bayes\nmetric: {name: loss, goal: minimize}\n"
        'command: [python, "${program}", "--amp", "${args_no_hyphens}"]\n'
        "parameters:\n"
        "  lr: {min: 1e-5, max: 1e-1, distribution: log_uniform_values}\n"
        "  decay: {values: [1e-5, 1E+2, 0]}\n"
        "  batch: {distribution: q_log_uniform_values, q: 8, min: 8, max: 256}\n"
        "  word: {values: [1e, e5, 1e-5x]}\n"
    )
    done = workspace.run("import", str(sweep), "--into", str(tmp_path / "new"))
    assert 'parameters_as: "{name}={value}"' in done.err
    assert "These words of the sweep's command are not used: --amp." in done.err
    specs = specs_of(tmp_path / "new" / "openbayes.yaml")
    assert (specs["lr"]["min_value"], specs["lr"]["max_value"]) == (1e-5, 0.1)
    assert specs["decay"]["discrete_values"] == [0, 1e-5, 100.0]
    assert (specs["batch"]["type"], specs["batch"]["scale_type"]) == ("INTEGER", "UNIT_LOG_SCALE")
    assert specs["word"]["categorical_values"] == ["1e", "e5", "1e-5x"]
    nni = tmp_path / "nni.yaml"
    nni.write_text(
        "trialConcurrency: 3\ntrialCommand: python main.py\nsearchSpace:\n"
        "  lr: {_type: loguniform, _value: [-9, -2.3]}\n  decay: {_type: choice, _value: [1e-3, 1e-2]}\n"
    )
    done = workspace.run("import", str(nni), "--into", str(tmp_path / "nni_out.yaml"))
    assert (
        "lr: the ends of a log range must be positive; -9 and -2.3 were read as exponents of e." in done.err
    )
    specs = specs_of(tmp_path / "nni_out.yaml")
    assert specs["lr"]["scale_type"] == "UNIT_LOG_SCALE"
    assert specs["lr"]["min_value"] == pytest.approx(math.exp(-9))
    assert specs["decay"]["discrete_values"] == [0.001, 0.01]
    assert "parallel_count: 3" in (tmp_path / "nni_out.yaml").read_text()


def specs_of(file: Path) -> dict[str, Any]:
    config = yaml.safe_load(file.read_text())
    return {spec["name"]: spec for spec in config["hyper_tuning"]["parameter_specs"]}


@pytest.mark.parametrize("mark", ["\t", ",", ";"])
def test_that_a_table_copied_from_a_page_is_imported_as_a_job(
    workspace: Workspace, tmp_path: Path, mark: str
) -> None:
    (tmp_path / "table.csv").write_text("\ufeff" + TABLE.replace("\t", mark), encoding="utf-8")
    done = workspace.run("import", str(tmp_path / "table.csv"), "--json")
    assert done.code == 0, done.err
    assert [(t["parameters"], t["value"], t["state"]) for t in done.json()["trials"]] == [
        ({"x": 0.25}, 0.5, "succeeded"), ({"x": 0.75}, 0.9, "succeeded"), ({"x": 0.5}, None, "failed"),
    ]  # fmt: skip
    assert "5" in done.err
    assert "much" in done.err
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    refused = workspace.run("import", str(tmp_path / "other.csv"))
    assert refused.code == 2
    assert "x, score" in refused.err


def test_that_downloaded_outputs_are_imported_as_a_job(workspace: Workspace, tmp_path: Path) -> None:
    for name, x, log in (
        ("a", 0.1, "score: 0.2\nscore: 0.4"),
        ("b", 0.2, '{"score": 7e-1}'),
        ("c", 0.3, "no"),
    ):
        folder = tmp_path / "download" / name
        folder.mkdir(parents=True)
        (folder / "openbayes_params.json").write_text(json.dumps({"x": x}))
        (folder / "train.log").write_text(log)
    done = workspace.run("import", str(tmp_path / "download"), "--json")
    assert done.code == 0, done.err
    assert [(t["parameters"]["x"], t["value"]) for t in done.json()["trials"]] == [
        (0.1, 0.4),
        (0.2, 0.7),
        (0.3, None),
    ]
    assert "c: " in done.err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert workspace.run("import", str(empty)).code == 2


def test_that_parameters_that_only_some_trials_have_are_empty_cells_and_cost_no_history(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = optuna.create_study(storage=f"sqlite:///{tmp_path}/o.db", study_name="s", direction="minimize")

    def objective(trial: optuna.Trial) -> float:
        rate = trial.suggest_float("x", 0, 1)
        return rate + (trial.suggest_float("momentum", 0, 1) if trial.number % 2 else 0.5)

    made.optimize(objective, n_trials=6)
    made.ask().suggest_float("x", 0, 1)
    done = workspace.run("import", str(tmp_path / "o.db"), "--metric", "score", "--json")
    assert [line.partition(":")[0] for line in done.err.splitlines() if "have it" in line] == ["momentum"]
    lines = workspace.run("trials", "last", "--sort", "momentum").out.splitlines()
    assert [line.split("\t")[4] == "" for line in lines[1:]] == [False] * 3 + [True] * 3
    both = [UNIT, {**UNIT, "name": "momentum"}]
    workspace.write(REPORT_X, specs=both, goal="MINIMIZE", algorithm="Bayesian", max_job_count=1)
    job = workspace.tune("--history", done.json()["id"])
    assert job["state"] == "succeeded", job["reason"]
    told = workspace.run("show", job["id"]).out
    assert "The search learns from 3 of 6 earlier trials; the others lack a parameter." in told


def test_that_an_exported_table_is_imported_as_it_was_whatever_its_parameters_are_called(
    workspace: Workspace, tmp_path: Path
) -> None:
    whole = {"type": "INTEGER", "min_value": 5, "max_value": 9}
    names = ("trial", "number", "value", "gpus", "batch-size", "class", "numbers[0]", "loss")
    words = {"type": "CATEGORICAL", "categorical_values": ["failed", "=1+1", "'x"]}
    specs = [{"name": name, **whole} for name in names] + [{"name": "state", **words}]
    program = (
        "import json\nfrom openbayestool import log_metric\np = json.load(open('openbayes_params.json'))\n"
        "log_metric('loss', 100 + p['trial'])\nlog_metric('score', p['value'])\n"
    )
    workspace.write(program, specs=specs, side_metrics=["loss"], algorithm="Random", max_job_count=4)
    before = workspace.tune()
    (tmp_path / "own.csv").write_text(workspace.run("export", "last", "--format", "csv").out)
    header = (tmp_path / "own.csv").read_text().partition("\n")[0].split(",")
    assert len(set(header)) == len(header)
    assert {"trial", "parameters.trial", "state", "parameters.state", "loss", "metrics.loss"} <= set(header)
    after = workspace.run("import", str(tmp_path / "own.csv"), "--json").json()
    assert [t["parameters"] for t in after["trials"]] == [t["parameters"] for t in before["trials"]]
    assert [t["value"] for t in after["trials"]] == [t["value"] for t in before["trials"]]
    assert [t["metrics"]["loss"] for t in after["trials"]] == [t["metrics"]["loss"] for t in before["trials"]]

    def numbers(condition: str) -> list[int]:
        found = workspace.run("trials", "last", "--where", condition, "--json").json()["trials"]
        return [t["number"] for t in found]

    for name in (
        "batch-size",
        "class",
        "numbers[0]",
        "trial",
        "loss",
        "parameters.number",
        "parameters.value",
    ):
        chosen = [
            t["number"] for t in after["trials"] if t["parameters"][name.removeprefix("parameters.")] >= 7
        ]
        assert numbers(f"`{name}` >= 7") == chosen, name
    assert numbers('`parameters.state` == "failed" or `parameters.state` != "failed"') == [1, 2, 3, 4]
    assert numbers("`metrics.loss` < 100") == []
    assert numbers("number <= 2") == [1, 2]
    assert workspace.run("trials", "last", "--sort", "-parameters.number").code == 0
    for wrong in ("batch-size == 6", "class == 6", "numbers[0] > 6"):
        refused = workspace.run("trials", "last", "--where", wrong)
        assert (refused.code, refused.out) == (2, "")
        assert f"`{wrong.split()[0]}`" in refused.err


def test_that_a_table_with_two_columns_of_a_name_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("x,x,score\n0.1,0.2,1\n")
    refused = workspace.run("import", str(tmp_path / "two.csv"))
    assert refused.code == 2
    assert "several columns x" in refused.err
