"""Suggestions: reproducible, within their specs, and never repeated."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import (
    Algorithm,
    CategoricalSpec,
    DiscreteSpec,
    DoubleSpec,
    Goal,
    IntegerSpec,
    ParameterSpec,
    Scale,
)
from bayescore.search import ExhaustedReason, Observation, Origin, Outcome, SearchSpace, suggest
from bayescore.search.space import from_unit, midpoint, to_unit
from bench_search.ask_tell import bayesian

MIXED: tuple[ParameterSpec, ...] = (
    DoubleSpec(name="lr", min_value=1e-5, max_value=1e-1, scale_type=Scale.LOG),
    DoubleSpec(name="momentum", min_value=-1.0, max_value=1.0),
    IntegerSpec(name="units", min_value=4, max_value=256, scale_type=Scale.LOG),
    IntegerSpec(name="layers", min_value=1, max_value=3),
    DiscreteSpec(name="batch", discrete_values=(16, 32, 64)),
    CategoricalSpec(name="optimizer", categorical_values=("adam", "sgd", "on")),
)
SMALL: tuple[ParameterSpec, ...] = (
    IntegerSpec(name="i", min_value=0, max_value=2),
    DiscreteSpec(name="n", discrete_values=(1, 2.5)),
    CategoricalSpec(name="c", categorical_values=("a", "b")),
)


def within(space: SearchSpace, point: dict[str, Any]) -> bool:
    """Whether a point has all names in file order and legal values."""
    assert list(point) == [s.name for s in space.specs]
    for spec in space.specs:
        value = point[spec.name]
        if isinstance(spec, CategoricalSpec):
            assert value in spec.categorical_values
        elif isinstance(spec, DiscreteSpec):
            assert value in spec.discrete_values
        else:
            assert spec.min_value <= value <= spec.max_value
            assert isinstance(value, int if isinstance(spec, IntegerSpec) else float)
    return True


def run(
    specs: tuple[ParameterSpec, ...], algorithm: Algorithm, count: int, *, seed: int = 1, value=lambda p: 0.0
) -> list[dict[str, Any]]:
    """Points of a run of one trial at a time."""
    space, trials, points = SearchSpace(specs), [], []
    for number in range(1, count + 1):
        suggestion = suggest(space, Goal.MINIMIZE, trials, seed, number, algorithm=algorithm)
        if suggestion.parameters is None:
            break
        assert within(space, suggestion.parameters)
        points.append(suggestion.parameters)
        trials.append(Observation(suggestion.parameters, Outcome.FINISHED, value(suggestion.parameters)))
    return points


def test_that_a_grid_varies_the_last_parameter_fastest() -> None:
    specs = SMALL[1:]
    points = run(specs, Algorithm.GRID, 100)
    assert [tuple(p.values()) for p in points] == list(product((1, 2.5), ("a", "b")))


@pytest.mark.parametrize("algorithm", [Algorithm.RANDOM, Algorithm.BAYESIAN])
def test_that_every_combination_is_tried_once_before_the_search_is_exhausted(algorithm: Algorithm) -> None:
    points = run(SMALL, algorithm, 100)
    assert len(points) == 12
    assert len({tuple(p.values()) for p in points}) == 12
    space = SearchSpace(SMALL)
    trials = [Observation(p, Outcome.FINISHED, 0.0) for p in points]
    last = suggest(space, Goal.MINIMIZE, trials, 1, 13, algorithm=algorithm)
    assert last.exhausted is ExhaustedReason.ALL_COMBINATIONS


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_that_failed_stopped_and_running_trials_are_not_repeated(algorithm: Algorithm) -> None:
    specs = SMALL[1:]
    space = SearchSpace(specs)
    outcomes = [Outcome.FAILED, Outcome.STOPPED, Outcome.RUNNING]
    trials: list[Observation] = []
    for number in range(1, 5):
        point = suggest(space, Goal.MAXIMIZE, trials, 3, number, algorithm=algorithm).parameters
        assert point is not None
        trials.append(Observation(point, outcomes[number % 3]))
    assert len({space.key(t.parameters) for t in trials}) == 4
    assert suggest(space, Goal.MAXIMIZE, trials, 3, 5, algorithm=algorithm).parameters is None


def test_that_random_follows_the_distributions_of_its_specs() -> None:
    points = [
        suggest(SearchSpace(MIXED), Goal.MINIMIZE, [], seed, 1, algorithm=Algorithm.RANDOM).parameters
        for seed in range(2000)
    ]
    low = sum(p["lr"] < 1e-3 for p in points if p) / 2000
    assert 0.46 < low < 0.54  # half of a logarithmic range from 1e-5 to 1e-1
    assert 0.46 < sum(p["momentum"] < 0 for p in points if p) / 2000 < 0.54
    assert 0.46 < sum(p["units"] < 32 for p in points if p) / 2000 < 0.55
    layers = Counter(p["layers"] for p in points if p)
    assert all(0.28 < n / 2000 < 0.39 for n in layers.values())
    assert len(layers) == 3


def test_that_random_uses_every_listed_combination_before_repeating_one() -> None:
    points = run(MIXED, Algorithm.RANDOM, 18)
    used = Counter((p["batch"], p["optimizer"]) for p in points)
    assert len(used) == 9
    assert set(used.values()) == {2}


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_that_another_process_suggests_the_same(algorithm: Algorithm) -> None:
    specs = SMALL[1:] if algorithm is Algorithm.GRID else MIXED
    program = f"""
import json
from search.test_suggest import *
specs = SMALL[1:] if {algorithm.value!r} == "Grid" else MIXED
print(json.dumps(run(specs, Algorithm({algorithm.value!r}), 9, value=objective)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=100,
        env={"PYTHONPATH": str(__file__).rpartition("/search/")[0], "PYTHONHASHSEED": "7"},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == run(specs, algorithm, 9, value=objective)


def objective(point: dict[str, Any]) -> float:
    """A function whose minimum is 0, at lr 1e-3, 32 units and adam."""
    if "lr" not in point:
        return 0.0
    distance = (math.log10(point["lr"]) + 3) ** 2 + (math.log2(point["units"]) - 5) ** 2 / 4
    return distance + 0.5 * (point["momentum"] - 0.5) ** 2 + (point["optimizer"] != "adam")


def test_that_the_model_finds_better_points_than_chance() -> None:
    wins = 0
    for seed in range(3):
        model = min(map(objective, run(MIXED, Algorithm.BAYESIAN, 25, seed=seed, value=objective)))
        chance = sorted(
            min(map(objective, run(MIXED, Algorithm.RANDOM, 25, seed=100 + i))) for i in range(11)
        )
        wins += model < chance[5]
    assert wins == 3


def test_that_a_job_and_its_mirror_image_get_the_same_suggestion() -> None:
    space = SearchSpace(MIXED)
    points = run(MIXED, Algorithm.BAYESIAN, 11, value=objective)
    lower = [Observation(p, Outcome.FINISHED, objective(p)) for p in points]
    upper = [Observation(p, Outcome.FINISHED, -objective(p)) for p in points]
    a = suggest(space, Goal.MINIMIZE, lower, 1, 12)
    b = suggest(space, Goal.MAXIMIZE, upper, 1, 12)
    assert (a.parameters, a.forecast) == (b.parameters, b.forecast)
    assert a.prediction is not None
    assert b.prediction is not None
    assert a.prediction == replace(b.prediction, mean=-b.prediction.mean)
    assert a.origin is Origin.MODEL
    assert a.forecast is not None
    assert a.forecast.high >= a.forecast.gain >= 0


def test_that_points_of_running_trials_are_not_suggested_again() -> None:
    space = SearchSpace((DoubleSpec(name="x", min_value=0, max_value=1),))
    points = [{"x": u / 10} for u in range(11) if u != 5]
    trials = [Observation(p, Outcome.FINISHED, (p["x"] - 0.5) ** 2) for p in points]
    found = []
    for number in range(11, 15):
        suggestion = suggest(space, Goal.MINIMIZE, trials, 1, number)
        assert suggestion.origin is Origin.MODEL
        point = suggestion.parameters
        assert point is not None
        found.append(point["x"])
        trials.append(Observation(point, Outcome.RUNNING))
    assert len(set(found)) == 4


def test_that_a_region_of_failures_and_non_finite_values_is_avoided() -> None:
    space = SearchSpace((DoubleSpec(name="x", min_value=0, max_value=1),))
    trials = [Observation({"x": u / 20}, Outcome.FINISHED, 1 - u / 20) for u in range(11)]
    for u in (0.8, 0.85, 0.9, 0.95, 1.0):  # the promising side crashes
        trials.append(Observation({"x": u}, Outcome.FAILED))
        trials.append(Observation({"x": u - 0.01}, Outcome.FINISHED, math.nan))
    found = []
    for number in range(22, 32):
        point = suggest(space, Goal.MINIMIZE, trials, 1, number).parameters
        assert point is not None
        found.append(point["x"])
        failed = point["x"] > 0.75
        trials.append(
            Observation(
                point, Outcome.FAILED if failed else Outcome.FINISHED, None if failed else 1 - point["x"]
            )
        )
    assert sum(x <= 0.75 for x in found) >= 5


def test_that_diverged_values_do_not_mislead_the_model() -> None:
    wild = iter([1e30, math.inf] + [0.0] * 100)

    def value(point: dict[str, Any]) -> float:
        return next(wild) or objective(point)

    points = run(MIXED, Algorithm.BAYESIAN, 20, value=value)
    assert min(map(objective, points[10:])) < sorted(map(objective, points[:10]))[2]


def test_that_history_of_a_different_space_is_used_where_it_fits() -> None:
    space = SearchSpace((DoubleSpec(name="x", min_value=0.4, max_value=0.6),))
    history = [
        Observation({"x": 0.39}, Outcome.FINISHED, 0.5, Origin.HISTORY),
        Observation({"y": 1}, Outcome.FINISHED, 0.1, Origin.HISTORY),
        Observation({"x": "text"}, Outcome.FINISHED, 0.1, Origin.HISTORY),
        *(Observation({"x": 0.4 + i / 100}, Outcome.FINISHED, i / 100, Origin.HISTORY) for i in range(10)),
    ]
    suggestion = suggest(space, Goal.MINIMIZE, history, 1, 1)
    assert suggestion.parameters is not None
    assert within(space, suggestion.parameters)
    assert suggestion.origin is Origin.MODEL


@pytest.mark.timeout(300)
def test_that_the_search_stops_when_no_gain_is_left_and_not_while_it_improves() -> None:
    space = SearchSpace((DoubleSpec(name="x", min_value=0, max_value=1),))

    def trials_until_stop(value, most: int) -> int | None:
        trials: list[Observation] = []
        for number in range(1, most + 1):
            found = suggest(space, Goal.MINIMIZE, trials, 1, number, stop_when_exhausted=True)
            if found.parameters is None:
                assert found.exhausted is ExhaustedReason.NOTHING_TO_GAIN
                return len(trials)
            trials.append(
                Observation(found.parameters, Outcome.FINISHED, value(found.parameters["x"], number))
            )
        return None

    stopped = trials_until_stop(lambda x, n: (x - 0.3) ** 2, 60)
    assert stopped is not None
    assert stopped >= 20
    assert trials_until_stop(lambda x, n: 1.0 / n, 40) is None  # every trial is a new best


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_that_points_of_any_space_are_within_its_specs(data: st.DataObject) -> None:
    specs = data.draw(
        st.lists(
            st.one_of(
                st.builds(
                    lambda a, b: DoubleSpec(name="x", min_value=min(a, b), max_value=max(a, b)),
                    st.floats(-1e12, 1e12), st.floats(-1e12, 1e12),
                ),
                st.builds(
                    lambda a, b: DoubleSpec(name="x", min_value=min(a, b), max_value=max(a, b), scale_type=Scale.LOG),
                    st.floats(1e-300, 1e300), st.floats(1e-300, 1e300),
                ),
                st.builds(
                    lambda a, b: IntegerSpec(name="x", min_value=min(a, b), max_value=max(a, b)),
                    st.integers(-(2**53), 2**53), st.integers(-(2**53), 2**53),
                ),
                st.builds(lambda v: DiscreteSpec(name="x", discrete_values=tuple(v)),
                          st.lists(st.floats(-1e9, 1e9) | st.integers(-99, 99), min_size=1, max_size=4, unique=True)),
                st.builds(lambda v: CategoricalSpec(name="x", categorical_values=tuple(v)),
                          st.lists(st.text(max_size=3), min_size=1, max_size=4, unique=True)),
            ),
            min_size=1, max_size=5,
        )
    )  # fmt: skip
    named = tuple(s.model_copy(update={"name": f"p{i}"}) for i, s in enumerate(specs))
    for algorithm in (Algorithm.RANDOM, Algorithm.BAYESIAN):
        points = run(named, algorithm, 7, value=lambda p: 0.5)
        keys = [SearchSpace(named).key(p) for p in points]
        assert len(set(keys)) == len(keys)
    assert within(SearchSpace(named), midpoint(SearchSpace(named)))


@pytest.mark.parametrize("scale", [Scale.LINEAR, Scale.LOG])
@pytest.mark.parametrize("algorithm", [Algorithm.RANDOM, Algorithm.BAYESIAN])
def test_that_a_range_beyond_what_floats_hold_reaches_odd_and_even_numbers(
    algorithm: Algorithm, scale: Scale
) -> None:
    wide = (IntegerSpec(name="n", min_value=1, max_value=2**62, scale_type=scale),)
    points = run(wide, algorithm, 30, value=lambda p: 1.0 / p["n"])
    large = [p["n"] for p in points if p["n"] > 2**54]
    assert all(1 <= p["n"] <= 2**62 for p in points)
    assert {n % 2 for n in large} == {0, 1}


def test_that_a_short_range_of_large_numbers_is_tried_number_by_number() -> None:
    spec = IntegerSpec(name="n", min_value=10**18, max_value=10**18 + 10)
    values = range(spec.min_value, spec.max_value + 1)
    assert [from_unit(spec, to_unit(spec, n)) for n in values] == list(values)
    for algorithm in (Algorithm.RANDOM, Algorithm.BAYESIAN):
        assert len({p["n"] for p in run((spec,), algorithm, 11, value=lambda p: p["n"] - 10**18)}) == 11


@pytest.mark.parametrize("bounds", [(0.0003, 0.03), (1e-5, 0.1), (0.1, 0.7), (1e-300, 1e300)])
@pytest.mark.parametrize("scale", Scale)
def test_that_the_ends_of_a_range_are_as_the_file_has_them(bounds: tuple[float, float], scale: Scale) -> None:
    spec = DoubleSpec(name="x", min_value=bounds[0], max_value=bounds[1], scale_type=scale)
    assert (from_unit(spec, 0.0), from_unit(spec, 1.0)) == bounds


def test_that_the_ask_and_tell_interface_covers_the_whole_space() -> None:
    specs = [s.model_dump(mode="json") for s in SMALL]
    optimiser = bayesian(specs, "MAXIMIZE", seed=1, parallel=2)
    first, second = optimiser.ask(), optimiser.ask()
    assert first is not None
    assert second is not None
    assert first != second
    optimiser.tell(second, None)
    optimiser.tell(first, 0.5)
    for _ in range(10):
        point = optimiser.ask()
        assert point is not None
        optimiser.tell(point, 0.1)
    assert optimiser.ask() is None
