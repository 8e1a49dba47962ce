"""``expect`` is checked against the parameters of ``openbayes.yaml``, each problem at its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bayescore.config import load_local_text, load_text
from bayescore.config.beliefs import Belief, beliefs, written_belief
from bayescore.config.both_files import problems_of
from bayescore.config.problems import Problem
from bayescore.config.reader import Reader
from bayescore.config.schema import local_schema
from bayescore.config.yamltext import YamlDocument

CONFIG = """\
command: python main.py
hyper_tuning:
  max_job_count: 3
  hyperparameter_metric: acc
  goal: MAXIMIZE
  algorithm: Bayesian
  parameter_specs:
    - {name: lr, type: DOUBLE, min_value: 0.001, max_value: 1, scale_type: UNIT_LOG_SCALE}
    - {name: layers, type: INTEGER, min_value: 1, max_value: 5}
    - {name: size, type: DISCRETE, discrete_values: [16, 32, 64]}
    - {name: kind, type: CATEGORICAL, categorical_values: [a, b, "on"]}
"""


def problems(local: str, config: str = CONFIG) -> list[Problem]:
    found = problems_of(Path("openbayes.yaml"), load_text(config), load_local_text(local))
    return [p for p in found if p.severity != "hint"]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("expect: {lr: 0.01}", {"lr": Belief(around=0.01)}),
        ("expect: {lr: {around: 0.01, within: 3}}", {"lr": Belief(around=0.01, within=3.0)}),
        ("expect: {lr: 1e-3, layers: 2}", {"lr": Belief(around=0.001), "layers": Belief(around=2)}),
        ("expect: {layers: {around: 2, within: 0.5}}", {"layers": Belief(around=2, within=0.5)}),
        ("expect: {size: 24}", {"size": Belief(around=24)}),  # between two numbers of the list
        ("expect: {kind: b}", {"kind": Belief(around="b")}),
        ("expect: {kind: on}", {"kind": Belief(around="on")}),
        ("expect: {kind: {a: 3, on: 0.5}}", {"kind": Belief(weights={"a": 3.0, "on": 0.5})}),
        ("expect: {}", {}),
        ("expect:", {}),
    ],
)
def test_that_a_belief_is_read(local: str, expected: dict[str, Belief]) -> None:
    assert problems(local) == []
    tuning = load_text(CONFIG).config
    assert tuning is not None
    document = YamlDocument.parse(local)
    assert beliefs(Reader(document), tuning.hyper_tuning) == expected
    if document.data["expect"] is not None:
        Draft202012Validator(local_schema()).validate(json.loads(json.dumps(document.data)))


@pytest.mark.parametrize(
    ("code", "local"),
    [
        ("unknown-name", "expect: {⟦lrr: 0.5}"),
        ("unknown-name", "expect: {kind: ⟦c}"),
        ("unknown-name", "expect: {kind: {a: 1, ⟦c: 1}}"),
        ("wrong-type", "expect: ⟦[lr]"),
        ("wrong-type", "expect: ⟦0.01"),
        ("wrong-type", "expect: {lr: ⟦fast}"),
        ("wrong-type", "expect: {lr: {around: ⟦fast}}"),
        ("wrong-type", "expect: {lr: {around: 0.1, within: ⟦wide}}"),
        ("wrong-type", "expect: {layers: ⟦2.5}"),
        ("wrong-type", "expect: {kind: ⟦[a]}"),
        ("wrong-type", "expect: {kind: {a: ⟦much}}"),
        ("missing", "expect: {⟦lr: }"),
        ("missing", "expect: {⟦kind: {}}"),
        ("missing", "expect: {kind: {⟦a: }}"),
        ("missing", "expect: {lr: {⟦around: }}"),
        ("missing-key", "expect: {⟦lr: {within: 3}}"),
        ("out-of-range", "expect: {lr: ⟦2}"),
        ("out-of-range", "expect: {lr: {around: ⟦0.0001, within: 3}}"),
        ("out-of-range", "expect: {size: ⟦8}"),
        ("out-of-range", "expect: {lr: {around: 0.1, within: ⟦1}}"),
        ("out-of-range", "expect: {size: {around: 32, within: ⟦0.5}}"),  # the list is geometric
        ("out-of-range", "expect: {layers: {around: 2, within: ⟦0}}"),
        ("out-of-range", "expect: {kind: {a: ⟦0}}"),
        ("out-of-range", "expect: {kind: {a: ⟦-1, b: 2}}"),
    ],
)
def test_that_a_wrong_belief_is_an_error_at_the_marked_position(code: str, local: str) -> None:
    column = local.index("⟦") + 1
    (problem,) = problems(local.replace("⟦", ""))
    assert (problem.severity, problem.code, problem.line, problem.column) == ("error", code, 1, column)


def test_that_a_parameter_with_a_number_as_its_name_can_be_expected() -> None:
    config = load_text(CONFIG.replace("name: layers", "name: '1'")).config
    assert config is not None
    reader = Reader(YamlDocument.parse("expect: {1: 3}"))
    assert beliefs(reader, config.hyper_tuning) == {"1": Belief(around=3)}
    assert reader.problems == []


def test_that_a_belief_beside_a_grid_is_a_warning() -> None:
    config = CONFIG.replace("Bayesian", "Grid").replace(
        "DOUBLE, min_value: 0.001, max_value: 1, scale_type: UNIT_LOG_SCALE",
        "DISCRETE, discrete_values: [1, 2]",
    )
    config = config.replace("INTEGER, min_value: 1, max_value: 5", "DISCRETE, discrete_values: [1, 2]")
    found = problems("expect: {size: 16}", config)
    assert [p.severity for p in found if p.code == "no-effect"] == ["warning"]


@pytest.mark.parametrize("value", [0.01, 2, "adam", {"around": 0.01, "within": 3}, {"adam": 3, "sgd": 1}])
def test_that_a_belief_is_written_as_it_was_read(value: object) -> None:
    belief = (
        Belief.model_validate(value if "around" in value else {"weights": value})
        if isinstance(value, dict)
        else Belief.model_validate({"around": value})
    )
    assert written_belief(belief) == value
