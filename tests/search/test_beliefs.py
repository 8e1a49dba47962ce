"""Beliefs about the place of the best: drawn from at first, overruled by the trials later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayescore.config import PARAMETER_SPECS, Algorithm, Belief, Goal
from bayescore.search import Observation, Outcome, SearchSpace, Suggestion, suggest
from bayescore.search.beliefs import Beliefs

SPACE = SearchSpace(
    PARAMETER_SPECS.validate_python(
        [
            {
                "name": "lr",
                "type": "DOUBLE",
                "min_value": 1e-5,
                "max_value": 1,
                "scale_type": "UNIT_LOG_SCALE",
            },
            {"name": "layers", "type": "INTEGER", "min_value": 1, "max_value": 8},
            {"name": "batch", "type": "DISCRETE", "discrete_values": [128, 16, 32, 64]},
            {"name": "kind", "type": "CATEGORICAL", "categorical_values": ["a", "b", "c"]},
        ]
    )
)
EXPECTED = {
    "lr": Belief(around=0.01, within=2),
    "layers": Belief(around=3),
    "batch": Belief(around=64),
    "kind": Belief(weights={"b": 5, "c": 0.5}),
}
CENTRE = {"lr": pytest.approx(0.01), "layers": 3, "batch": 64, "kind": "b"}


def loss(parameters: dict[str, object]) -> float:
    """Best at 0.3, 7, 16, a."""
    row = SPACE.row(parameters)
    best = SPACE.row({"lr": 0.3, "layers": 7, "batch": 16, "kind": "a"})
    return float(((row[:3] - best[:3]) ** 2).sum() + 0.1 * (row[3] != best[3]))


def run(
    count: int, expected: dict[str, Belief], seed: int = 1, algorithm: Algorithm = Algorithm.BAYESIAN
) -> list[Suggestion]:
    trials: list[Observation] = []
    found = []
    for number in range(1, count + 1):
        suggestion = suggest(
            SPACE, Goal.MINIMIZE, trials, seed, number, algorithm=algorithm, expected=expected
        )
        assert suggestion.parameters is not None
        trials.append(Observation(suggestion.parameters, Outcome.FINISHED, loss(suggestion.parameters)))
        found.append(suggestion)
    return found


def test_that_the_first_trial_has_the_expected_values() -> None:
    (first,) = run(1, EXPECTED)
    assert first.parameters == CENTRE


def test_that_expected_values_come_after_a_baseline() -> None:
    baseline = Observation({"lr": 1.0, "layers": 8, "batch": 16, "kind": "a"}, Outcome.FINISHED, 1.0)
    second = suggest(SPACE, Goal.MINIMIZE, [baseline], 1, 2, expected=EXPECTED)
    assert second.parameters == CENTRE
    tried = [baseline, Observation(second.parameters, Outcome.RUNNING)]
    third = suggest(SPACE, Goal.MINIMIZE, tried, 1, 3, expected={"kind": EXPECTED["kind"]})
    plain = suggest(SPACE, Goal.MINIMIZE, tried, 1, 3)
    assert third.parameters is not None
    assert plain.parameters is not None
    assert {**third.parameters, "kind": ""} == {**plain.parameters, "kind": ""}


def test_that_parameters_without_a_belief_are_as_without_any() -> None:
    plain = suggest(SPACE, Goal.MINIMIZE, [], 1, 1).parameters
    believed = suggest(SPACE, Goal.MINIMIZE, [], 1, 1, expected={"kind": EXPECTED["kind"]}).parameters
    assert plain is not None
    assert believed == {**plain, "kind": "b"}


def test_that_a_wrong_belief_is_overruled_by_the_trials() -> None:
    best = min(loss(s.parameters) for s in run(25, EXPECTED) if s.parameters is not None)
    assert best < 0.02


def test_that_a_right_belief_finds_the_best_at_once() -> None:
    expected = {"lr": Belief(around=0.3), "layers": Belief(around=7), "batch": Belief(around=16)}
    best = [loss(s.parameters) for s in run(6, expected) if s.parameters is not None]
    assert min(best) < 0.01


def test_that_random_search_draws_every_second_trial_from_the_beliefs() -> None:
    found = [s.parameters for s in run(60, EXPECTED, algorithm=Algorithm.RANDOM) if s.parameters is not None]
    distances = [abs(np.log10(float(p["lr"])) + 2) for p in found]
    assert np.mean(distances[::2]) < 0.6 * np.mean(distances[1::2])
    plain = [s.parameters for s in run(60, {}, algorithm=Algorithm.RANDOM)]
    assert [p["lr"] for p in found[1::2]] == [p["lr"] for p in plain[1::2] if p is not None]


def test_that_a_grid_does_not_use_beliefs() -> None:
    space = SearchSpace(SPACE.specs[2:])
    plain = suggest(space, Goal.MINIMIZE, [], 1, 1, algorithm=Algorithm.GRID)
    assert plain == suggest(space, Goal.MINIMIZE, [], 1, 1, algorithm=Algorithm.GRID, expected=EXPECTED)


@given(seed=st.integers(0, 1000), around=st.floats(1e-5, 1), within=st.floats(1.001, 1e6))
@settings(max_examples=30)
def test_that_draws_follow_the_density(seed: int, around: float, within: float) -> None:
    beliefs = Beliefs(SPACE, {**EXPECTED, "lr": Belief(around=around, within=within)})
    rng = np.random.default_rng(seed)
    rows = beliefs.draw(rng.random((2000, 4)), np.full((2000, 4), np.nan))
    assert np.array_equal(rows, SPACE.snap_rows(rows))
    density = np.exp(beliefs.log_density(rows) - beliefs.log_density(beliefs.centre(rows[0])[None, :]))
    assert np.all((density > 0) & (density <= 1 + 1e-9))
    counts = np.bincount(rows[:, 3].astype(int), minlength=3)
    assert counts[1] > counts[0] > counts[2]
    # the share of draws in each tenth is the density's integral over it
    edges = np.linspace(0, 1, 1001)
    fine = np.tile(rows[0], (1000, 1))
    fine[:, 0] = (edges[1:] + edges[:-1]) / 2
    heights = np.exp(beliefs.log_density(fine))
    expected = heights.reshape(10, 100).sum(axis=1) / heights.sum()
    shares = np.histogram(rows[:, 0], bins=10, range=(0, 1))[0] / 2000
    assert np.abs(shares - expected).max() < 0.06


@given(units=st.lists(st.floats(0.01, 0.99), min_size=4, max_size=4))
@settings(max_examples=50)
def test_that_the_gradient_is_that_of_the_density(units: list[float]) -> None:
    beliefs = Beliefs(SPACE, EXPECTED)
    row = np.array([*units[:3], 1.0])
    gradient = beliefs.gradient(row)
    for i in range(3):
        step = np.zeros(4)
        step[i] = 1e-6
        low, high = beliefs.log_density(np.stack([row - step, row + step]))
        assert gradient[i] == pytest.approx((high - low) / 2e-6, rel=1e-3, abs=1e-4)
    assert gradient[3] == 0


def test_that_beliefs_about_other_parameters_are_ignored() -> None:
    assert not Beliefs(SPACE, {"other": Belief(around=1)})
    assert suggest(SPACE, Goal.MINIMIZE, [], 1, 1, expected={"other": Belief(around=1)}) == suggest(
        SPACE, Goal.MINIMIZE, [], 1, 1
    )
