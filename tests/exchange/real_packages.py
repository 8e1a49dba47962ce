"""Import from W&B and NNI, export to HiPlot, and programs that use Hydra and the like, with these packages.

They conflict with our dependencies; ``make test-exchange`` creates an environment for them and runs this.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bayescore.config import load_text
from bayescore.config.models import CategoricalSpec, DiscreteSpec, IntegerSpec, ParameterSpec
from bayescore.exchange.search_spaces import convert_space
from bayescore.store import CurveRecord, EndForecast, StopCause, TrialState
from exchange.library_programs import PROGRAMS
from support.timed_jobs import Ran, a_timed_job
from support.workspace import Workspace

PYTHON = os.environ["BAYESDESK_EXCHANGE_PYTHON"]
COUNT = 400  # enough for every value of a short list to come up
SWEEP = """
program: train.py
method: bayes
metric: {name: loss, goal: minimize}
parameters:
  lr: {distribution: log_uniform_values, min: 0.0001, max: 0.1}
  decay: {distribution: log_uniform, min: -9.21, max: -2.3}
  momentum: {distribution: uniform, min: 0.5, max: 0.99}
  layers: {distribution: int_uniform, min: 1, max: 6}
  heads: {min: 2, max: 5}
  drop: {min: 0.0, max: 0.5}
  units: {distribution: q_uniform, min: 32, max: 128, q: 32}
  opt: {values: [adam, sgd], probabilities: [0.6, 0.4]}
  batch: {values: [64, 16, 32]}
  nesterov: {values: [true, false]}
  epochs: {value: 20}
"""
NNI = {
    "lr": {"_type": "loguniform", "_value": [0.0001, 0.1]},
    "momentum": {"_type": "uniform", "_value": [0.5, 0.99]},
    "layers": {"_type": "randint", "_value": [1, 7]},
    "drop": {"_type": "quniform", "_value": [0, 1, 0.25]},
    "batch": {"_type": "choice", "_value": [64, 16, 32]},
    "opt": {"_type": "choice", "_value": ["adam", "sgd"]},
}


def drawn(package: str, space: Any, count: int = COUNT) -> list[dict[str, Any]]:
    """Points that the package draws; see draw.py."""
    request = json.dumps({"package": package, "space": space, "count": count})
    script = Path(__file__).with_name("draw.py")
    done = subprocess.run([PYTHON, str(script)], input=request, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def specs_of(content: str) -> dict[str, ParameterSpec]:
    """Parameters of the converted space."""
    loaded = load_text(convert_space(content).file_text)
    assert loaded.config is not None, loaded.problems
    return {spec.name: spec for spec in loaded.config.hyper_tuning.parameter_specs}


def check(spec: ParameterSpec, values: list[Any]) -> None:
    """Check that the spec contains all drawn values, and no others if they are countable."""
    if isinstance(spec, CategoricalSpec):
        assert {str(v) for v in values} == set(spec.categorical_values)
    elif isinstance(spec, DiscreteSpec):
        assert sorted({round(float(v), 9) for v in values}) == [float(v) for v in spec.discrete_values]
    elif isinstance(spec, IntegerSpec):
        assert set(values) == set(range(int(spec.min_value), int(spec.max_value) + 1))
    else:
        assert spec.min_value <= min(values)
        assert max(values) <= spec.max_value
        width = spec.max_value - spec.min_value
        assert max(values) > spec.max_value - 0.1 * width  # the range is not wider


@pytest.mark.parametrize(
    ("package", "space"), [("wandb", yaml.safe_load(SWEEP)), ("nni", NNI)], ids=["wandb", "nni"]
)
def test_that_a_converted_space_contains_what_the_package_draws(package: str, space: Any) -> None:
    specs = specs_of(yaml.safe_dump(space))
    points = drawn(package, space)
    for name, spec in specs.items():
        check(spec, [point[name] for point in points])
    fixed = {name for name in points[0] if name not in specs}
    assert fixed == ({"epochs"} if package == "wandb" else set())


def test_that_hiplot_reads_the_exported_table(workspace: Workspace, tmp_path: Path) -> None:
    workspace.write(max_job_count=4)
    job = workspace.tune()
    file = tmp_path / "table.csv"
    file.write_text(workspace.run("export", "last", "--format", "hiplot").out, encoding="utf-8")
    rows = drawn("hiplot", {"file": str(file)}, 4)
    assert [float(row["x"]) for row in rows] == [t["parameters"]["x"] for t in job["trials"]]
    assert [float(row["score"]) for row in rows] == [t["value"] for t in job["trials"]]


def test_that_hiplot_tells_trials_that_were_stopped_early_from_others(
    workspace: Workspace, tmp_path: Path
) -> None:
    forecast = EndForecast(2, 10, 0.4, 0.02, 0.37, 0.43, 0.9, 0.004)
    stopped = TrialState.STOPPED_EARLY
    workspace.write()
    database = workspace.database()
    a_timed_job(
        database,
        Ran(0, 9, [0.1, 0.2], stopped, curve=CurveRecord(forecast, StopCause.HOPELESS, 2)),
        Ran(0, 9, [0.1, 0.2], stopped, curve=CurveRecord(None, StopCause.DIVERGED, 2)),
        Ran(0, 9, [0.5, 0.9]),
    )
    database.close()
    file = tmp_path / "table.csv"
    file.write_text(workspace.run("export", "last", "--format", "hiplot").out, encoding="utf-8")
    rows = drawn("hiplot", {"file": str(file)}, 2)
    found = [(row["uid"], row["state"], float(row["score"])) for row in rows]
    assert found == [("1", "stopped_early", 0.4), ("3", "succeeded", 0.9)]


@pytest.mark.parametrize("library", PROGRAMS)
def test_that_a_program_of_a_library_gets_the_proposed_parameters(workspace: Workspace, library: str) -> None:
    files, names = PROGRAMS[library]
    for name, content in files.items():
        (workspace.project / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.project / name).write_text(content)
    made = workspace.run("init", "--program", "main.py", "--metric", "score", "--trials", "2")
    assert made.code == 0, made.err
    local = workspace.project / "openbayes.local.yaml"
    local.write_text(f"{local.read_text() if local.exists() else ''}python: {PYTHON}\n")
    job = workspace.tune("--runner", "process")
    assert job["state"] == "succeeded", job["reason"]
    assert [list(t["parameters"]) for t in job["trials"]] == [names] * 2
    assert [t["value"] for t in job["trials"]] == [t["parameters"]["lr"] for t in job["trials"]]
