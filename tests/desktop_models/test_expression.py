"""What completes a condition while it is typed."""

from __future__ import annotations

import pytest

from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.expression import TrialWords, completions
from support.views import a_trial, a_view

VIEW = a_view([a_trial(1, 0.5, note="first run")], series={1: {"loss": [1.0], "val/loss": [2.0]}})
NAMES = [
    "x",
    "n",
    "c",
    "d",
    "score",
    "loss",
    "`val/loss`",
    "number",
    "state",
    "value",
    "chance",
    "origin",
    "starred",
    "note",
]


@pytest.mark.parametrize(
    ("expression", "start", "inserted"),
    [
        ("", 0, NAMES),
        ("  ", 2, NAMES),
        ("lo", 0, ["loss", "`val/loss`"]),
        ("LO", 0, ["loss", "`val/loss`"]),
        ("`val", 0, ["`val/loss`"]),
        ("val", 0, ["`val/loss`", "value"]),
        ("loss", 0, ["loss", "`val/loss`"]),
        ("note", 0, []),
        ("x < 1 and sco", 10, ["score"]),
        ("x < 1 and ", 10, NAMES),
        ("not (sta", 5, ["state", "starred"]),
        ("x ", 2, []),
        ("x < 1 ", 6, []),
        ("x < ", 4, []),
        ("x < lo", 4, ["loss", "`val/loss`"]),
        ("c == ", 5, ['"a"', '"b"', '"c"']),
        ("c ==", 4, ['"a"', '"b"', '"c"']),
        ('c != "b', 5, ['"b"']),
        ("c == b", 5, ['"b"']),
        ('c == "a"', 8, []),
        ("d == ", 5, ["1", "2", "4"]),
        ("state == fa", 9, ['"failed"']),
        ("note == ", 8, ['"first run"']),
        ("x < 1 and c == ", 15, ['"a"', '"b"', '"c"']),
        ("starred == ", 11, ["1", "0"]),
    ],
)
def test_that_names_are_completed_and_behind_a_comparison_values(
    expression: str, start: int, inserted: list[str]
) -> None:
    found = completions(expression, len(expression), TrialWords(TrialColumns(VIEW)))
    assert [c.inserted for c in found.found] == inserted
    assert found.start == start


def test_that_each_name_has_a_meaning() -> None:
    found = completions("", 0, TrialWords(TrialColumns(VIEW))).found
    meanings = {c.inserted: c.meaning for c in found}
    assert (meanings["x"], meanings["loss"], meanings["score"]) == ("parameter", "metric", "the objective")
    assert all(meanings.values())


def test_that_the_middle_of_an_expression_is_completed() -> None:
    found = completions("sta and x < 1", 3, TrialWords(TrialColumns(VIEW)))
    assert (found.start, [c.inserted for c in found.found]) == (0, ["state", "starred"])
