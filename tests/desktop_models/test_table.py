"""The rows of the table of trials: columns, cells, order."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bayesdesk.models.table import TrialRows, column_names, column_title
from support.views import FILE, S, a_job, a_trial, a_view

TRIALS = [
    a_trial(1, 0.25, starred=True, note="stable"),
    a_trial(2, None, S.FAILED, gpus=("GPU-1", "GPU-2")),
    a_trial(3, 0.75),
    a_trial(4, math.nan),
]
VIEW = a_view(
    TRIALS, series={1: {"score": [0.1, 0.25], "loss": [4.0, 2.0]}, 3: {"loss": [1.0], "extra": [7.0]}}
)


def test_that_columns_are_the_trial_its_metrics_its_parameters_and_how_it_ran() -> None:
    assert column_names(VIEW) == [
        "number", "starred", "state", "score", "loss", "extra", "x", "n", "c", "d", "time", "gpu", "note",
    ]  # fmt: skip
    assert [column_title(n) for n in ("number", "state", "loss")] == ["#", "State", "loss"]


@pytest.mark.parametrize(
    ("number", "column", "text"),
    [
        (1, "number", "1"),
        (1, "starred", "★"),
        (2, "starred", ""),
        (1, "state", "✓  succeeded"),
        (2, "state", "✕  failed"),
        (1, "score", "0.25"),
        (2, "score", ""),
        (1, "loss", "2"),
        (2, "loss", ""),
        (3, "extra", "7"),
        (1, "x", "0.1"),
        (1, "c", "b"),
        (1, "time", "1:00"),
        (2, "gpu", "GPU-1, GPU-2"),
        (1, "note", "stable"),
    ],
)
def test_that_a_cell_says_what_the_trial_has(number: int, column: str, text: str) -> None:
    assert TrialRows(VIEW, TRIALS).text(TRIALS[number - 1], column) == text


@pytest.mark.parametrize(
    ("column", "descending", "numbers"),
    [
        ("number", False, [1, 2, 3, 4]),
        ("number", True, [4, 3, 2, 1]),
        ("score", False, [1, 3, 2, 4]),
        ("score", True, [3, 1, 2, 4]),
        ("loss", False, [3, 1, 2, 4]),
        ("c", False, [3, 1, 4, 2]),
        ("note", True, [1, 2, 3, 4]),
        ("missing", False, [1, 2, 3, 4]),
    ],
)
def test_that_rows_are_sorted_and_trials_without_a_value_come_last(
    column: str, descending: bool, numbers: list[int]
) -> None:
    rows = TrialRows(VIEW, TRIALS)
    rows.sort(column, descending=descending)
    assert [t.number for t in rows.trials] == numbers


def test_that_words_and_numbers_are_distinguished() -> None:
    rows = TrialRows(VIEW, TRIALS)
    assert [rows.is_text(name) for name in ("c", "x", "state")] == [True, False, True]


def test_that_a_parameter_with_the_name_of_a_column_has_one_of_its_own() -> None:
    names = ("state", "time", "value", "loss")
    specs = "".join(f"    - {{name: {n}, type: INTEGER, min_value: 1, max_value: 9}}\n" for n in names)
    trial = replace(a_trial(1, 0.5), parameters={"state": 1, "time": 2, "value": 3, "loss": 4})
    view = a_view([trial], series={1: {"loss": [7.0]}}, job=a_job(file=f"{FILE}{specs}"))
    rows = TrialRows(view, [trial])
    shown = {name: rows.text(trial, name) for name in column_names(view)}
    expected = {
        "parameters.state": "1",
        "parameters.time": "2",
        "parameters.value": "3",
        "loss": "4",
        "metrics.loss": "7",
    }
    assert expected.items() <= shown.items()
    assert (shown["state"], shown["time"]) == ("✓  succeeded", "1:00")
