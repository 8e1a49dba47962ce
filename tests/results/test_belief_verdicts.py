"""What the best trials say of what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bayescore.config import Belief, Goal, LocalSettings
from bayescore.results.beliefs import LEAST_TRIALS, BeliefVerdict, verdicts_of
from bayescore.store import Database, DataFolder, trials
from support.builders import a_finished_job, a_submission


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(DataFolder(tmp_path)).open()
    yield opened
    opened.close()


FILE = """\
command: python main.py
hyper_tuning:
  max_job_count: 20
  hyperparameter_metric: score
  goal: {goal}
  algorithm: Random
  parameter_specs:
    - {{name: lr, type: DOUBLE, min_value: 1.0e-5, max_value: 1, scale_type: UNIT_LOG_SCALE}}
    - {{name: n, type: INTEGER, min_value: 1, max_value: 4}}
    - {{name: kind, type: CATEGORICAL, categorical_values: [a, b]}}
"""


def verdicts(
    database: Database, expect: dict[str, Belief], score, goal: str = "MAXIMIZE", count: int = 20
) -> list[BeliefVerdict]:
    submission = a_submission(FILE.format(goal=goal), local=LocalSettings(expect=expect))
    job = a_finished_job(database, submission, trials=count, metrics=lambda p: {"score": score(p)})
    with database.read() as connection:
        return list(verdicts_of(job, trials.of_job(connection, job.id)))


@pytest.mark.parametrize("goal", [Goal.MAXIMIZE, Goal.MINIMIZE])
def test_that_a_number_is_compared_with_the_range_of_the_best_trials(database: Database, goal: Goal) -> None:
    sign = 1 if goal is Goal.MAXIMIZE else -1
    (found,) = verdicts(database, {"lr": Belief(around=1e-5)}, lambda p: sign * p["lr"], goal)
    low, high = found.values
    assert 0.001 < float(low) < float(high) <= 1
    assert found.is_met is False
    assert str(found.text).startswith("lr: you expected 1e-05; the best trials lie at 0.")


def test_that_an_expected_value_between_the_best_is_met(database: Database) -> None:
    (found,) = verdicts(database, {"n": Belief(around=4)}, lambda p: p["n"])
    assert (found.values, found.is_met) == ((4, 4), True)
    assert str(found.text) == "n: you expected 4; the best trials have 4."


def test_that_a_parameter_without_influence_is_said_to_lie_anywhere(database: Database) -> None:
    (found,) = verdicts(database, {"lr": Belief(around=0.01)}, lambda p: p["n"] + (p["lr"] < 3e-4) * 1e-9)
    assert found.is_met is None
    assert "the best trials lie anywhere between" in str(found.text)


def test_that_choices_are_counted(database: Database) -> None:
    expect = {"kind": Belief(weights={"a": 2, "b": 0.5})}
    (found,) = verdicts(database, expect, lambda p: p["kind"] == "b")
    assert (found.expected, found.is_met) == ("a", False)
    assert str(found.text) == "kind: you expected a, which 0 of the 5 best trials have; most have b."
    (found,) = verdicts(database, {"kind": Belief(around="b")}, lambda p: p["kind"] == "b")
    assert str(found.text) == "kind: you expected b, which 5 of the 5 best trials have."


def test_that_nothing_is_said_after_few_trials(database: Database) -> None:
    assert verdicts(database, {"n": Belief(around=4)}, lambda p: p["n"], count=LEAST_TRIALS - 1) == []
