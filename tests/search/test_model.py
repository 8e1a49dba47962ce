"""The surrogate and the Bayesian search: predictions are finite, suggestions are legal."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import CategoricalSpec, DiscreteSpec, DoubleSpec, Goal, IntegerSpec, Scale
from bayescore.search import Observation, Origin, Outcome, SearchSpace, fit, suggest
from bayescore.search.bayesian.acquisition import log_expected_improvement
from bayescore.search.bayesian.gaussian_process import GaussianProcess
from bayescore.search.bayesian.warping import fit_warp
from bayescore.search.space import draw, from_unit, to_unit

SPACE = SearchSpace(
    (
        DoubleSpec(name="lr", min_value=1e-9, max_value=1e3, scale_type=Scale.LOG),
        IntegerSpec(name="n", min_value=0, max_value=5),
        DiscreteSpec(name="batch", discrete_values=(16, 32, 64, 512)),
        CategoricalSpec(name="one", categorical_values=("only",)),
        CategoricalSpec(name="c", categorical_values=("a", "b", "c")),
    )
)
MIXED = SearchSpace(
    (
        DoubleSpec(name="x", min_value=0, max_value=1),
        DoubleSpec(name="y", min_value=0, max_value=1),
        CategoricalSpec(name="c", categorical_values=("a", "b")),
    )
)
VALUES = st.one_of(
    st.none(),
    st.floats(-1e300, 1e300),
    st.floats(1e-300, 1e-290),
    st.sampled_from([0.0, 0.5, -1.0, math.inf, -math.inf, math.nan]),
)


def observed(values: list[float | None], seed: int = 0) -> list[Observation]:
    """Trials at random points; ``None`` for a failed one."""
    rng = np.random.default_rng(seed)
    points = [{s.name: draw(s, rng.random()) for s in SPACE.specs} for _ in values]
    return [
        Observation(p, Outcome.FAILED if v is None else Outcome.FINISHED, v)
        for p, v in zip(points, values, strict=True)
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=6, max_size=25), st.sampled_from(list(Goal)))
def test_that_any_objectives_lead_to_a_legal_point_and_finite_predictions(
    values: list[float | None], goal: Goal
) -> None:
    trials = observed(values)
    found = suggest(SPACE, goal, trials, 3, len(trials) + 1)
    assert found.parameters is not None
    assert {SPACE.key(t.parameters) for t in trials}.isdisjoint({SPACE.key(found.parameters)})
    again = suggest(SPACE, goal, trials, 3, len(trials) + 1)
    assert again == found
    if found.origin is Origin.MODEL:
        assert found.prediction is not None
        assert found.forecast is not None
        numbers = (found.prediction.mean, found.prediction.deviation, found.forecast.gain, found.forecast.low)
        assert all(math.isfinite(v) for v in numbers)
        assert 0 <= found.forecast.low <= found.forecast.gain or found.forecast.gain == 0
        assert found.prediction.deviation >= 0


def cube(count: int) -> SearchSpace:
    """A space of ``count`` real parameters from 0 to 1."""
    return SearchSpace(tuple(DoubleSpec(name=f"x{i}", min_value=0, max_value=1) for i in range(count)))


def minimized(space: SearchSpace, objective: Callable[[list[float]], float], count: int) -> list[float]:
    """Objectives of the trials of a job that minimises a function."""
    trials: list[Observation] = []
    values = []
    for number in range(1, count + 1):
        point = suggest(space, Goal.MINIMIZE, trials, 5, number).parameters
        assert point is not None
        values.append(objective([float(v) for v in point.values()]))
        trials.append(Observation(point, Outcome.FINISHED, values[-1]))
    return values


@pytest.mark.parametrize(("count", "share"), [(1, 1e-4), (20, 0.5)])
def test_that_spaces_of_one_and_of_many_parameters_are_searched(count: int, share: float) -> None:
    found = minimized(cube(count), lambda row: sum((x - 0.3) ** 2 for x in row), 30)
    assert min(found) < share * min(found[:4])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_that_warping_keeps_the_order_and_can_be_inverted(values: list[float]) -> None:
    given_values = np.array(values)
    warp = fit_warp(given_values)
    inside = np.sort(given_values[given_values <= warp.limit])
    warped = warp(inside)
    assert np.all(np.isfinite(warped))
    assert np.all(np.diff(warped) >= 0)
    back = warp.inverse(warped)
    assert np.allclose(back, inside, atol=1e-6 * (np.ptp(inside) + 1.0) + 1e-6 * np.abs(inside).max())


def test_that_log_expected_improvement_equals_the_plain_formula_and_stays_finite_where_that_underflows() -> (
    None
):
    from scipy.stats import norm

    mean, deviation = np.array([-1.0, 0.0, 0.5, 2.0]), np.array([0.5, 1.0, 0.2, 0.7])
    z = (0.1 - mean) / deviation
    plain = (0.1 - mean) * norm.cdf(z) + deviation * norm.pdf(z)
    found = log_expected_improvement(mean, deviation, np.array(0.1))
    assert np.allclose(np.exp(found), plain, rtol=1e-9)
    far = log_expected_improvement(np.array([50.0, 60.0]), np.array([1.0, 1.0]), np.array(0.0))
    assert np.all(np.isfinite(far))
    assert far[0] > far[1]


def test_that_the_surrogate_interpolates_and_is_uncertain_far_from_all_trials() -> None:
    space = SearchSpace((DoubleSpec(name="x", min_value=0, max_value=1),))
    rows = np.linspace(0, 0.5, 8)[:, None]
    values = np.sin(6 * rows[:, 0])
    model = GaussianProcess(space, 1).fit(rows, (values - values.mean()) / values.std())
    mean, deviation = model.predict(np.array([[0.25], [0.27], [1.0]]))
    predicted = mean * values.std() + values.mean()
    assert predicted[:2] == pytest.approx(np.sin(6 * np.array([0.25, 0.27])), abs=0.05)
    assert deviation[2] > 5 * deviation[0]


def test_that_the_predicted_deviations_are_calibrated() -> None:
    """After twelve trials of multimodal functions over 90 % of the values lie within two deviations."""
    rng = np.random.default_rng(7)
    errors = []
    for seed in range(25):
        centres, heights = rng.random((8, 4)), rng.normal(size=8)
        rows = rng.random((32, 4))
        squared = ((rows[:, None] - centres) ** 2).sum(axis=2)
        values = np.exp(-squared / 0.3) @ heights
        values = (values - values[:12].mean()) / values[:12].std()
        mean, deviation = GaussianProcess(cube(4), seed).fit(rows[:12], values[:12]).predict(rows[12:])
        errors.append((values[12:] - mean) / deviation)
    assert np.mean(np.abs(np.concatenate(errors)) < 2.0) > 0.9
    assert np.mean(np.abs(np.concatenate(errors)) < 1.0) < 0.9


def test_that_predictions_are_worst_in_the_corners_far_from_all_trials() -> None:
    rng = np.random.default_rng(3)
    rows = 0.5 + 0.1 * rng.normal(size=(8, 4))
    values = rng.normal(size=8)
    model = GaussianProcess(cube(4), 1).fit(rows, (values - values.mean()) / values.std())
    corners = rng.integers(0, 2, size=(16, 4)).astype(float)
    inside = 0.5 + 0.8 * (corners - 0.5)
    assert np.all(model.predict(inside)[0] < model.predict(corners)[0])


def test_that_an_optimum_in_a_corner_is_found() -> None:
    found = minimized(cube(6), lambda row: sum((x - i % 2) ** 2 for i, x in enumerate(row)), 25)
    assert min(found) < 0.05


def mixed_model(values: Callable[[float, float, str], float]) -> GaussianProcess:
    """A model of trials at random points of two numbers and a choice; only three of them have "b"."""
    rng = np.random.default_rng(4)
    rows = np.column_stack([rng.random((30, 2)), np.repeat([0.0, 1.0], [27, 3])])
    found = np.array([values(x, y, "ab"[int(c)]) for x, y, c in rows])
    return GaussianProcess(MIXED, 1).fit(rows, (found - found.mean()) / found.std())


def test_that_gradients_equal_finite_differences_of_the_predictions() -> None:
    model = mixed_model(lambda x, y, c: math.sin(5 * x) + y**2 + (c == "b") * x)
    row, step = np.array([0.4, 0.7, 1.0]), 1e-6
    _mean, _deviation, mean_gradients, deviation_gradients = model.gradients(row)
    for i in range(2):
        shifted = np.stack([row, row])
        shifted[:, i] += [-step, step]
        means, deviations = model.predict_members(shifted)
        assert mean_gradients[:, i] == pytest.approx(np.diff(means)[:, 0] / (2 * step), rel=1e-3, abs=1e-5)
        assert deviation_gradients[:, i] == pytest.approx(
            np.diff(deviations)[:, 0] / (2 * step), rel=1e-3, abs=1e-5
        )
    assert not mean_gradients[:, 2].any()


def test_that_the_effect_of_numbers_carries_over_to_a_choice_that_only_shifts_the_objective() -> None:
    def objective(x: float, y: float, c: str) -> float:
        return math.sin(5 * x) + 2 * (y - 0.5) ** 2 + 3.0 * (c == "b")

    grid = [(x, y) for x in (0.1, 0.4, 0.7, 0.9) for y in (0.1, 0.5, 0.9)]
    mean, _deviation = mixed_model(objective).predict(np.array([[x, y, 1.0] for x, y in grid]))
    assert np.corrcoef(mean, [objective(x, y, "b") for x, y in grid])[0, 1] > 0.92


def test_that_listed_numbers_use_the_scale_that_spaces_them_most_evenly() -> None:
    powers = DiscreteSpec(name="b", discrete_values=(16, 32, 64, 128))
    assert [to_unit(powers, v) for v in powers.discrete_values] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    even = DiscreteSpec(name="d", discrete_values=(0.0, 0.3, 0.6))
    assert [to_unit(even, v) for v in even.discrete_values] == pytest.approx([0, 0.5, 1])
    for spec in (powers, even):
        assert [from_unit(spec, to_unit(spec, v)) for v in spec.discrete_values] == list(spec.discrete_values)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-0.5, 1.5), min_size=1, max_size=8))
def test_that_snapped_coordinates_belong_to_legal_points(units: list[float]) -> None:
    for i, spec in enumerate(SPACE.specs):
        snapped = SPACE.snap(i, np.array(units))
        legal = [to_unit(spec, from_unit(spec, float(u))) for u in snapped]
        assert snapped == pytest.approx(legal, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.0, 1.0, exclude_max=True), min_size=1, max_size=8))
def test_that_vectorised_draws_equal_single_draws(units: list[float]) -> None:
    for i, spec in enumerate(SPACE.specs):
        single = [to_unit(spec, draw(spec, unit)) for unit in units]
        assert SPACE.draw_units(i, np.array(units)) == pytest.approx(single, abs=1e-9)


def test_that_a_region_of_failures_is_avoided_and_its_edge_is_searched() -> None:
    """Trials above a width of 200 fail, and the best point lies just below."""
    space = SearchSpace(
        (
            IntegerSpec(name="width", min_value=16, max_value=512, scale_type=Scale.LOG),
            DoubleSpec(name="lr", min_value=1e-4, max_value=1.0, scale_type=Scale.LOG),
        )
    )
    trials: list[Observation] = []
    for number in range(1, 31):
        point = suggest(space, Goal.MAXIMIZE, trials, 2, number).parameters
        assert point is not None
        width, lr = int(point["width"]), float(point["lr"])
        fails = width > 200
        value = None if fails else math.log(width) - abs(math.log10(lr) + 2)
        trials.append(Observation(point, Outcome.FAILED if fails else Outcome.FINISHED, value))
    assert sum(t.outcome is Outcome.FAILED for t in trials[15:]) <= 6
    assert max(t.value or -9.0 for t in trials) > math.log(200) - 0.4


def test_that_a_fitted_model_predicts_in_the_unit_and_direction_of_the_objective() -> None:
    space = cube(1)
    points = [{"x0": u / 10} for u in range(11)]
    trials = [Observation(p, Outcome.FINISHED, 1000.0 + 50.0 * p["x0"]) for p in points]
    for goal in Goal:
        model = fit(space, goal, trials)
        assert model is not None
        mean, deviation = model.predict(np.array([[0.25], [0.75]]))
        assert mean == pytest.approx([1012.5, 1037.5], abs=1.0)
        assert np.all((deviation > 0) & (deviation < 2.0))
        best = model.best_rows(1)[0, 0]
        assert best == (1.0 if goal is Goal.MAXIMIZE else 0.0)


def test_that_no_model_is_fitted_to_fewer_than_two_objectives() -> None:
    trials = [
        Observation({"x0": 0.1}, Outcome.FINISHED, 1.0),
        Observation({"x0": 0.2}, Outcome.FINISHED, math.nan),
        Observation({"x0": 0.3}, Outcome.FAILED),
        Observation({"x0": 0.4}, Outcome.RUNNING),
    ]
    assert fit(cube(1), Goal.MINIMIZE, trials) is None
    assert fit(cube(1), Goal.MINIMIZE, []) is None
