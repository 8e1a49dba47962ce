"""Known parameter sets are checked against the parameters of ``openbayes.yaml``, each problem at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayescore.config import load_local_text, load_text
from bayescore.config.both_files import problems_of
from bayescore.config.problems import has_errors

CONFIG = """\
command: python main.py
hyper_tuning:
  max_job_count: 3
  hyperparameter_metric: acc
  goal: MAXIMIZE
  algorithm: Bayesian
  side_metrics: [loss]
  parameter_specs:
    - {name: lr, type: DOUBLE, min_value: 0.1, max_value: 1}
    - {name: layers, type: INTEGER, min_value: 1, max_value: 5}
    - {name: size, type: DISCRETE, discrete_values: [16, 32]}
    - {name: kind, type: CATEGORICAL, categorical_values: [a, b]}
"""
WHOLE = "lr: 0.5, layers: 2, size: 16, kind: a"


@pytest.mark.parametrize(
    "local",
    [
        "known: []\n",
        f"known: [{{{WHOLE}}}]\n",
        f"known: [{{{WHOLE}, value: 0.5}}, {{lr: 7}}]\n",
        f"known: [{{{WHOLE}, values: {{acc: 1, loss: 2}}}}]\n",
        "known: [{lr: 1e-3}, {size: 24}, {kind: c}, {kind: 3}]\n",  # outside the ranges, which is allowed
        "baseline: {lr: 0.5}\n",
        "known: results.csv\n",
    ],
)
def test_that_known_sets_are_valid(local: str) -> None:
    assert not has_errors(problems_of(Path("openbayes.yaml"), load_text(CONFIG), load_local_text(local)))


@pytest.mark.parametrize(
    ("code", "local"),
    [
        ("unknown-name", "known: [{⟦lrr: 0.5}]\n"),
        ("unknown-name", f"known: [{{{WHOLE}, values: {{⟦lost: 1}}}}]\n"),
        ("unknown-name", "baseline: {lr: 0.5, ⟦value: 1}\n"),
        ("wrong-type", "known: [{lr: ⟦fast}]\n"),
        ("wrong-type", "known: [{layers: ⟦2.5}]\n"),
        ("wrong-type", "known: [{kind: ⟦[a]}]\n"),
        ("wrong-type", f"known: [{{{WHOLE}, value: ⟦good}}]\n"),
        ("wrong-type", "known: [⟦lr]\n"),
        ("wrong-type", "known: ⟦{lr: 1}\n"),
        ("wrong-type", "baseline: ⟦[1]\n"),
        ("missing", "known: [⟦{}]\n"),
        ("missing", "known: [⟦{lr: 0.5, value: 1}]\n"),
    ],
)
def test_that_a_wrong_set_is_an_error_at_the_marked_position(code: str, local: str) -> None:
    column = local.index("⟦") + 1
    found = problems_of(Path("openbayes.yaml"), load_text(CONFIG), load_local_text(local.replace("⟦", "")))
    (problem,) = [p for p in found if p.severity == "error"]
    assert (problem.code, problem.line, problem.column) == (code, 1, column)


def test_that_a_parameter_named_value_is_a_parameter() -> None:
    config = load_text(CONFIG.replace("name: lr", "name: value"))
    local = load_local_text("known: [{value: 0.5}]\n")
    assert not has_errors(problems_of(Path("openbayes.yaml"), config, local))
