"""Best trials, narrower ranges, exports, and changes to ``openbayes.yaml``."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayescore.config import (
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    EditError,
    Goal,
    IntegerSpec,
    Scale,
    YamlDocument,
    load_text,
)
from bayescore.results import (
    best,
    diff,
    history,
    job_json,
    leading,
    narrowed,
    parameters_yaml,
    trials_csv,
    with_parameters,
    with_specs,
)
from bayescore.results.where import column, column_names, ordered
from bayescore.store import Job, JobState, Trial, TrialState
from support.builders import FILE, a_submission


def a_trial(number: int, value: float | None, state: str = "succeeded", **changes: Any) -> Trial:
    fields: dict[str, Any] = {
        "id": number,
        "job": "job",
        "number": number,
        "attempt": 1,
        "state": TrialState(state),
        "reason": None,
        "exit_code": 0,
        "origin": "random",
        "parameters": {"x": number / 10},
        "value": value,
        "gpus": (),
        "handle": None,
        "token": "",
        "created_at": "",
        "started_at": None,
        "ended_at": f"2026-01-01T00:00:{number:02d}+00:00",
    }
    return Trial(**{**fields, **changes})


def a_job() -> Job:
    return Job(
        1, "job", a_submission(), JobState.SUCCEEDED, None, 10, "", "2026-01-01T00:00:00+00:00", "2026-01-01"
    )


def test_that_the_best_trial_is_the_earliest_of_equal_ones_and_succeeded_with_a_finite_value() -> None:
    found = [
        a_trial(1, math.inf),
        a_trial(2, math.nan),
        a_trial(3, 0.9, "failed"),
        a_trial(4, 0.5),
        a_trial(5, 0.5),
        a_trial(6, -math.inf),
        a_trial(7, None, "running"),
    ]
    assert best(found, Goal.MAXIMIZE) == found[3]
    assert best(found, Goal.MINIMIZE) == found[3]
    assert best(found[:3], Goal.MAXIMIZE) is None


def test_that_the_history_has_the_new_best_trials_in_the_order_of_their_ends() -> None:
    found = [a_trial(n, v) for n, v in enumerate([0.3, 0.1, 0.5, 0.5, 0.9], 1)]
    late = replace(found[0], ended_at="2026-01-01T00:00:59+00:00")
    assert [t.number for t in history(found, Goal.MAXIMIZE)] == [1, 3, 5]
    assert [t.number for t in history([late, *found[1:]], Goal.MINIMIZE)] == [2]


SPECS = (
    DoubleSpec(name="d", min_value=-1, max_value=1),
    DoubleSpec(name="log", min_value=1e-5, max_value=1.0, scale_type=Scale.LOG),
    IntegerSpec(name="i", min_value=1, max_value=100),
    IntegerSpec(name="ilog", min_value=1, max_value=1000, scale_type=Scale.LOG),
    DiscreteSpec(name="n", discrete_values=(1, 2, 4, 8)),
    CategoricalSpec(name="c", categorical_values=("a", "b", "on")),
)
POINTS = st.fixed_dictionaries(
    {
        "d": st.floats(-1, 1),
        "log": st.floats(1e-5, 1.0),
        "i": st.integers(1, 100),
        "ilog": st.integers(1, 1000),
        "n": st.sampled_from([1, 2, 4, 8]),
        "c": st.sampled_from(["a", "b", "on"]),
    }
)


@given(st.lists(POINTS, min_size=1, max_size=6))
def test_that_narrowed_ranges_contain_all_points_and_lie_inside_the_old_ones(
    points: list[dict[str, Any]],
) -> None:
    for old, new in zip(SPECS, narrowed(SPECS, points), strict=True):
        values = [p[old.name] for p in points]
        if isinstance(new, CategoricalSpec):
            assert set(values) <= set(new.categorical_values) <= set(old.categorical_values)
        elif isinstance(new, DiscreteSpec):
            assert set(values) <= set(new.discrete_values) <= set(old.discrete_values)
        else:
            assert old.min_value <= new.min_value <= min(values)
            assert max(values) <= new.max_value <= old.max_value
            assert type(new)(**new.model_dump()) == new


def test_that_margins_follow_the_scale_and_integers_are_rounded_outwards() -> None:
    points = [
        {"d": 0.0, "log": 1e-3, "i": 50, "ilog": 100, "n": 2, "c": "on"},
        {"d": 0.5, "log": 1e-2, "i": 51, "ilog": 100, "n": 4, "c": "a"},
    ]
    d, log, i, ilog, n, c = narrowed(SPECS, points)
    assert (d.min_value, d.max_value) == (-0.05, 0.55)
    assert log.min_value == pytest.approx(1e-3 * 10**-0.1, rel=1e-3)
    assert log.max_value == pytest.approx(1e-2 * 10**0.1, rel=1e-3)
    assert (i.min_value, i.max_value) == (49, 52)
    assert (ilog.min_value, ilog.max_value) == (50, 200)
    assert n.discrete_values == (2, 4)
    assert c.categorical_values == ("a", "on")


def test_that_ranges_do_not_change_without_trials() -> None:
    assert narrowed(SPECS, []) == SPECS


def test_that_the_leading_trials_are_a_quarter_and_at_least_three() -> None:
    found = [a_trial(n, float(n)) for n in range(1, 21)]
    assert [t.number for t in leading(found, Goal.MAXIMIZE)] == [20, 19, 18, 17, 16]
    assert [t.number for t in leading(found[:4], Goal.MINIMIZE)] == [1, 2, 3]


COMMENTED = """\
# 我们的项目
command: python main.py  # run

parameters:   # stay the same
  lr: 0.1      # 学习率
  "name": 'base'

hyper_tuning:
  parameter_specs:
    - name: lr   # tuned
      type: DOUBLE
      min_value: 1e-5  # low
      max_value: 1e-1  # high
    - {name: optimizer, type: CATEGORICAL, categorical_values: ["adam", 'sgd']}  # kinds
"""


def test_that_comments_are_kept_when_parameters_are_written() -> None:
    document = YamlDocument.parse(COMMENTED)
    after = with_parameters(document, {"lr": 3e-4, "name": "best", "units": 29})
    expected = COMMENTED.replace("lr: 0.1 ", "lr: 0.0003 ").replace("'base'\n", "'best'\n  units: 29\n")
    assert after.text == expected
    assert diff(COMMENTED, after.text, "f").count("\n+") == 4  # three lines, and the new file's name
    assert with_parameters(after, {"lr": 3e-4}).text == after.text


def test_that_narrowed_ranges_are_written_in_place() -> None:
    specs = (
        DoubleSpec(name="lr", min_value=2e-4, max_value=3e-2),
        CategoricalSpec(name="optimizer", categorical_values=("sgd",)),
    )
    after = with_specs(YamlDocument.parse(COMMENTED), specs)
    expected = COMMENTED.replace("1e-5  #", "0.0002  #").replace("1e-1  #", "0.03  #")
    assert after.text == expected.replace("[\"adam\", 'sgd']", '["sgd"]')


@pytest.mark.parametrize("text", ["command: x\n", "", "parameters:\n", "parameters: {}\n", "# only\r\n"])
def test_that_parameters_are_added_to_a_file_without_any(text: str) -> None:
    after = with_parameters(YamlDocument.parse(text), {"lr": 0.5, "c": "on"})
    assert after.data["parameters"] == {"lr": 0.5, "c": "on"}
    assert after.text.startswith(text.split(":", maxsplit=1)[0])


def test_that_a_broken_file_or_a_missing_spec_is_refused() -> None:
    with pytest.raises(EditError):
        with_parameters(YamlDocument.parse("a: [1"), {"lr": 1})
    with pytest.raises(EditError, match="lr"):
        with_specs(YamlDocument.parse("command: x\n"), (DoubleSpec(name="lr", min_value=1, max_value=2),))


def test_that_csv_yaml_and_json_agree() -> None:
    found = [a_trial(1, 0.5), a_trial(2, math.nan), a_trial(3, None, "failed")]
    series = {1: {"score": [0.1, 0.5], 'a "b", c': [1.0]}, 2: {"score": [math.nan]}}
    rows = list(csv.DictReader(io.StringIO(trials_csv(a_job(), found, series))))
    assert [r["trial"] for r in rows] == ["1", "2", "3"]
    assert [r["score"] for r in rows] == ["0.5", "NaN", ""]
    assert rows[0]['a "b", c'] == "1.0"
    as_json = job_json(a_job(), found, series)
    assert as_json["best"] == {"trial": 1, "value": 0.5, "parameters": {"x": 0.1}}
    assert [t["value"] for t in as_json["trials"]] == [0.5, "NaN", None]
    assert load_text(FILE + parameters_yaml(found[0])).document.data["parameters"] == {"x": 0.1}


@pytest.mark.parametrize("by", ["value", "score", "-value", "-score", "x", "-x"])
def test_that_what_is_no_number_and_what_a_failed_trial_reported_comes_last_in_both_directions(
    by: str,
) -> None:
    job = a_job()
    values = [1.0, math.inf, 3.0, -math.inf, math.nan, None, 9.0]
    found = [a_trial(i + 1, value) for i, value in enumerate(values)]
    found[-1] = replace(found[-1], state=TrialState.FAILED)
    known = (*column_names(job), "x")
    numbers = [t.number for t in ordered(found, by, lambda t: column(job, t, {}), known, job.metric)]
    if by.endswith("x"):
        assert numbers == sorted(numbers, reverse=by.startswith("-"))
    else:
        assert numbers[:2] == ([3, 1] if by.startswith("-") else [1, 3])
        assert set(numbers[2:]) == {2, 4, 5, 6, 7}
