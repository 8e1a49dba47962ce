"""Files written by Bayesdesk, read by the loader of the platform."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bayescore.config import load_text
from bayescore.resources import resource
from bayescore.results import with_parameters, with_specs
from support import official

EXAMPLES = sorted(p.name for p in resource("examples").iterdir() if (p / "openbayes.yaml").exists())
BARE = """\
# 一个老项目
command: python main.py   # no env, no node
hyper_tuning:
  max_job_count: 4
  hyperparameter_metric: acc
  goal: MAXIMIZE
  algorithm: bayesian
  parameter_specs:
  - {name: lr, type: DOUBLE, min_value: 1e-5, max_value: 1e-1, scale_type: UNIT_LOG_SCALE}
  - name: optimizer
    type: CATEGORICAL
    categorical_values: ["on", "no"]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "openbayes.yaml"
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize("name", EXAMPLES)
def test_that_the_official_loader_reads_the_examples_with_the_same_result(name: str) -> None:
    file = resource("examples", name, "openbayes.yaml")
    ours = load_text(file.read_text(encoding="utf-8")).config
    theirs = official.load(file)
    assert ours is not None
    assert theirs["command"] == ours.command
    specs = {s["name"]: s for s in theirs["hyper_tuning"]["parameter_specs"]}
    assert list(specs) == [s.name for s in ours.hyper_tuning.parameter_specs]
    for spec in ours.hyper_tuning.parameter_specs:
        for key, value in spec.model_dump(mode="json").items():
            assert specs[spec.name][key] == value


def test_that_the_official_loader_reads_the_template_once_it_is_filled_in(tmp_path: Path) -> None:
    text = resource("templates", "project", "openbayes.yaml").read_text(encoding="utf-8")
    assert official.load(written(tmp_path, text))["hyper_tuning"]["algorithm"] == "Bayesian"


def test_that_the_quick_fix_for_missing_keys_makes_a_file_that_the_official_loader_reads(
    tmp_path: Path,
) -> None:
    problem = next(p for p in load_text(BARE).problems if p.code == "official-needs")
    assert problem.fix is not None
    completed = problem.fix.edit().apply(BARE)
    assert BARE.splitlines()[0] in completed
    loaded = official.load(written(tmp_path, completed))
    assert loaded["hyper_tuning"]["side_metrics"] == []
    # YAML 1.1 reads it as a string, which pydantic converts
    assert loaded["hyper_tuning"]["parameter_specs"][0]["min_value"] == 1e-5


@pytest.mark.parametrize(
    "refused",
    ["⟦!local 5⟧", "⟦!!python/name:os.system ''⟧", "{? ⟦[1, 2]⟧ : 3}", "{? ⟦{b: 1}⟧ : 3}", "⟦!!int x⟧", "⟦!!seq 5⟧", "⟦!!omap [5]⟧", "⟦<<⟧", "⟦=⟧", "⟦2024-13-01⟧"],
)  # fmt: skip
def test_that_what_the_official_loader_refuses_is_a_warning_where_it_is(refused: str) -> None:
    marked = f"parameters: {{a: {refused}}}\n{BARE}"
    source = marked.replace("⟦", "").replace("⟧", "")
    with pytest.raises((yaml.YAMLError, ValueError)):
        yaml.safe_load(source)
    (problem,) = [p for p in load_text(source).problems if p.code == "official-refuses"]
    assert (problem.severity, problem.line) == ("warning", 1)
    line = source.splitlines()[0]
    assert line[problem.column - 1 : problem.end_column - 1] == marked.partition("⟦")[2].partition("⟧")[0]


@pytest.mark.parametrize(
    "value",
    ["1e-5", "!!str 5", "! 5", "!!omap [b: 1]", "'<<'", "0b1_1", "1:20", "2024-12-01", "-", ".", "{=: 5}"],
)
def test_that_what_the_official_loader_reads_is_no_warning(value: str) -> None:
    source = f"parameters: {{a: {value}}}\n{BARE}"
    yaml.safe_load(source)
    assert "official-refuses" not in {p.code for p in load_text(source).problems}


@pytest.mark.parametrize(
    "value", [1e-05, 0.1, 3, 1e300, -2.5e-12, "on", "no", "1e-5", "0x10", "12:30", "a: b", "训练 #1", "'", ""]
)
def test_that_a_value_written_back_is_read_alike_by_both_loaders(tmp_path: Path, value: object) -> None:
    complete = load_text(BARE)
    fix = next(p for p in complete.problems if p.code == "official-needs").fix
    assert fix is not None
    document = load_text(fix.edit().apply(BARE)).document
    after = with_parameters(document, {"lr": value})
    assert after.data["parameters"]["lr"] == value
    assert official.load(written(tmp_path, after.text))["parameters"]["lr"] == value


def test_that_narrowed_ranges_written_back_are_read_alike_by_both_loaders(tmp_path: Path) -> None:
    first = load_text(BARE)
    fix = next(p for p in first.problems if p.code == "official-needs").fix
    assert fix is not None
    loaded = load_text(fix.edit().apply(BARE))
    assert loaded.config is not None
    specs = loaded.config.hyper_tuning.parameter_specs
    narrow = (specs[0].model_copy(update={"min_value": 2e-4, "max_value": 3e-3}), specs[1])
    theirs = official.load(written(tmp_path, with_specs(loaded.document, narrow).text))
    assert theirs["hyper_tuning"]["parameter_specs"][0]["min_value"] == 2e-4
    assert theirs["hyper_tuning"]["parameter_specs"][0]["max_value"] == 3e-3
