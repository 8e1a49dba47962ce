"""Axes, brushes on them, and the ranges that brushes become."""

from __future__ import annotations

import numpy as np
import pytest

from bayesdesk.models.axes import MISSING, Scale, axes_of, with_scale
from bayesdesk.models.brushes import Grab, Part, dragged, grab, parsed, toggled
from bayesdesk.models.columns import TrialColumns
from bayesdesk.models.filter import Brush
from bayesdesk.models.ranges import brushed_specs
from support.views import S, a_trial, a_view

COLUMNS = TrialColumns(
    a_view([a_trial(1, 0.0), a_trial(2, 1.0), a_trial(9, None, S.FAILED)], series={1: {"loss": [2]}})
)
AXES = {axis.name: axis for axis in axes_of(COLUMNS)}
PIXELS = 400.0


def test_that_axes_are_the_parameters_the_side_metrics_and_the_objective() -> None:
    assert list(AXES) == ["x", "n", "c", "d", "loss", "score"]
    assert AXES["x"].scale is Scale.LOG
    assert AXES["n"].scale is Scale.LINEAR
    assert AXES["c"].categories == ("a", "b", "c")


@pytest.mark.parametrize("name", ["x", "n", "score"])
@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("position", [-0.2, 0.0, 0.3, 1.0, 1.4])
def test_that_a_position_and_its_value_belong_together_on_every_scale(
    name: str, scale: Scale, position: float
) -> None:
    axis = with_scale(AXES[name], scale)
    inside = min(max(position, 0.0), 1.0)
    assert axis.position(axis.value(position)) == pytest.approx(inside, abs=1e-9)


def test_that_trials_without_a_value_are_placed_below_the_axis() -> None:
    assert AXES["score"].positions(COLUMNS).tolist() == [0.0, 1.0, MISSING]
    assert AXES["loss"].positions(COLUMNS)[1:].tolist() == [MISSING, MISSING]


@pytest.mark.parametrize(
    ("position", "part", "index"),
    [
        (0.1, Part.NEW, 2),
        (0.255, Part.LOW, 0),
        (0.3, Part.WHOLE, 0),
        (0.495, Part.HIGH, 0),
        (0.62, Part.NEW, 2),
        (0.8, Part.WHOLE, 1),
        (1.0, Part.HIGH, 1),
    ],
)
def test_that_a_press_grabs_an_end_a_whole_brush_or_starts_a_new_one(
    position: float, part: Part, index: int
) -> None:
    brushes = (Brush(3.0, 5.0), Brush(7.0, 9.0))  # positions 0.25 … 0.5 and 0.75 … 1
    grabbed = grab(AXES["n"], brushes, position, PIXELS)
    assert (grabbed.part, grabbed.index) == (part, index)


@pytest.mark.parametrize(
    ("grabbed", "position", "expected"),
    [
        (Grab("n", Part.NEW, 1, 0.5, 0.5, 0.5), 0.75, [Brush(3.0, 5.0), Brush(5.0, 7.0)]),
        (Grab("n", Part.NEW, 1, 0.5, 0.5, 0.5), 0.25, [Brush(3.0, 5.0), Brush(3.0, 5.0)]),
        (Grab("n", Part.LOW, 0, 0.25, 0.5, 0.25), 0.0, [Brush(1.0, 5.0)]),
        (Grab("n", Part.LOW, 0, 0.25, 0.5, 0.25), 1.0, [Brush(5.0, 9.0)]),
        (Grab("n", Part.HIGH, 0, 0.25, 0.5, 0.5), 1.3, [Brush(3.0, 9.0)]),
        (Grab("n", Part.WHOLE, 0, 0.25, 0.5, 0.3), 0.55, [Brush(5.0, 7.0)]),
        (Grab("n", Part.WHOLE, 0, 0.25, 0.5, 0.3), 2.0, [Brush(7.0, 9.0)]),
        (Grab("n", Part.WHOLE, 0, 0.25, 0.5, 0.3), -2.0, [Brush(1.0, 3.0)]),
    ],
)
def test_that_a_drag_moves_what_was_grabbed_and_stays_on_the_axis(
    grabbed: Grab, position: float, expected: list[Brush]
) -> None:
    assert list(dragged(AXES["n"], (Brush(3.0, 5.0),), grabbed, position)) == expected


def test_that_a_category_is_added_and_removed() -> None:
    axis = AXES["c"]
    one = toggled(axis, (), axis.position("b"))
    two = toggled(axis, one, axis.position("c"))
    assert two == (Brush("b", "b"), Brush("c", "c"))
    assert toggled(axis, two, axis.position("b")) == (Brush("c", "c"),)


@pytest.mark.parametrize(
    ("text", "brush"),
    [
        ("2 … 4", Brush(2.0, 4.0)),
        ("4, 2", Brush(2.0, 4.0)),
        ("2..4", Brush(2.0, 4.0)),
        ("-5 100", Brush(1.0, 9.0)),
        ("20 30", None),
        ("2", None),
        ("two four", None),
        ("", None),
    ],
)
def test_that_a_typed_brush_is_read_and_clipped_to_the_axis(text: str, brush: Brush | None) -> None:
    assert parsed(AXES["n"], text) == brush


@pytest.mark.parametrize(
    ("name", "brushes", "expected"),
    [
        ("x", [Brush(0.01, 0.1)], {"min_value": 0.01, "max_value": 0.1}),
        ("x", [Brush(0.01, 0.02), Brush(0.3, 7.0)], {"min_value": 0.01, "max_value": 1.0}),
        ("n", [Brush(2.4, 4.2)], {"min_value": 2, "max_value": 5}),
        ("c", [Brush("a", "a"), Brush("c", "c")], {"categorical_values": ("a", "c")}),
        ("d", [Brush(1.5, 4.0)], {"discrete_values": (2, 4)}),
        ("d", [Brush(2.5, 3.5)], {"discrete_values": (1, 2, 4)}),
        ("n", [], {"min_value": 1, "max_value": 9}),
    ],
)
def test_that_brushes_become_ranges(name: str, brushes: list[Brush], expected: dict[str, object]) -> None:
    specs = COLUMNS.view.job.config.hyper_tuning.parameter_specs
    narrowed = {s.name: s for s in brushed_specs(specs, {name: tuple(brushes)})}
    assert {field: getattr(narrowed[name], field) for field in expected} == expected
    assert all(narrowed[s.name] == s for s in specs if s.name != name)


def test_that_outliers_are_clipped_and_counted_on_a_linear_scale_only() -> None:
    values = [*np.linspace(0.1, 1.0, 20).tolist(), 1e9]
    columns = TrialColumns(a_view([a_trial(i + 1, v) for i, v in enumerate(values)]))
    axis = axes_of(columns)[-1]
    assert axis.clipped == (0, 1)
    assert axis.high == 1.0
    assert axis.value(1.2) == 1e9
    assert with_scale(axis, Scale.LOG).clipped == (0, 0)


def test_that_a_brush_past_the_end_of_a_range_reaches_trials_outside_but_the_ranges_stay_inside() -> None:
    view = a_view([a_trial(1, 0.0), a_trial(12, 1.0)])
    axis = next(a for a in axes_of(TrialColumns(view)) if a.name == "n")
    assert (axis.high, axis.clipped) == (9.0, (0, 1))
    brush = Brush(axis.value(0.5), axis.value(1.0))
    assert brush.high == 12
    specs = view.job.config.hyper_tuning.parameter_specs
    narrowed = {s.name: s for s in brushed_specs(specs, {"n": (brush,)})}["n"]
    assert (narrowed.min_value, narrowed.max_value) == (5, 9)
    outside = {s.name: s for s in brushed_specs(specs, {"n": (Brush(10.0, 12.0),)})}["n"]
    assert (outside.min_value, outside.max_value) == (9, 9)
