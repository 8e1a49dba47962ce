"""Importance of parameters, the contour plot's surface, and lanes of the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from bayescore.config import CategoricalSpec, DoubleSpec, Goal
from bayescore.results import importances, lanes, surface
from bayescore.store import Trial
from results.test_results import a_trial

SPECS = (
    DoubleSpec(name="matters", min_value=0, max_value=1),
    DoubleSpec(name="noise", min_value=0, max_value=1),
    CategoricalSpec(name="kind", categorical_values=("a", "b", "c")),
)


def trials(n: int) -> Iterator[Trial]:
    rng = np.random.default_rng(0)
    for i in range(n):
        kind = "abc"[i % 3]
        x, y = float(rng.random()), float(rng.random())
        yield a_trial(i + 1, 4 * x + (kind == "b"), parameters={"matters": x, "noise": y, "kind": kind})


def test_that_the_most_important_parameter_is_first_and_shares_sum_to_one() -> None:
    found = importances(SPECS, list(trials(60)), Goal.MAXIMIZE)
    assert [f.name for f in found] == ["matters", "kind", "noise"]
    assert sum(f.mean for f in found) == pytest.approx(1.0)
    assert all(f.deviation >= 0 for f in found)
    assert found == importances(SPECS, list(trials(60)), Goal.MAXIMIZE)


def test_that_few_or_failed_trials_have_no_importances() -> None:
    assert importances(SPECS, list(trials(9)), Goal.MAXIMIZE) == ()
    failed = [
        a_trial(n, None, "failed", parameters={"matters": 0.1, "noise": 0.2, "kind": "a"})
        for n in range(1, 40)
    ]
    assert importances(SPECS, failed, Goal.MAXIMIZE) == ()


def mirrored(found: list[Trial]) -> list[Trial]:
    """The same trials with negated objectives."""
    return [replace(trial, value=None if trial.value is None else -trial.value) for trial in found]


@pytest.mark.parametrize(
    ("goal", "opposite"), [(Goal.MINIMIZE, Goal.MAXIMIZE), (Goal.MAXIMIZE, Goal.MINIMIZE)]
)
def test_that_a_job_and_its_mirror_image_have_mirrored_surfaces(goal: Goal, opposite: Goal) -> None:
    found = list(trials(30))
    one = surface(SPECS, found, goal, "matters", "noise")
    other = surface(SPECS, mirrored(found), opposite, "matters", "noise")
    assert one is not None
    assert other is not None
    assert np.array_equal(one.mean, -other.mean)
    assert np.array_equal(one.deviation, other.deviation)
    assert np.array_equal(one.dots, other.dots)


@pytest.mark.parametrize(
    ("goal", "opposite"), [(Goal.MINIMIZE, Goal.MAXIMIZE), (Goal.MAXIMIZE, Goal.MINIMIZE)]
)
def test_that_a_job_and_its_mirror_image_have_equal_importances(goal: Goal, opposite: Goal) -> None:
    found = list(trials(30))
    assert importances(SPECS, found, goal) == importances(SPECS, mirrored(found), opposite)


def test_that_the_surface_of_a_maximised_job_falls_towards_the_corners() -> None:
    """Where no trial is near, the prior mean counts, and it predicts worse values there."""
    rng = np.random.default_rng(2)
    near_middle = [
        a_trial(i, float(rng.normal()), parameters={"matters": x, "noise": y, "kind": "a"})
        for i, (x, y) in enumerate(0.5 + 0.05 * rng.normal(size=(12, 2)), 1)
    ]
    found = surface(SPECS, near_middle, Goal.MAXIMIZE, "matters", "noise")
    assert found is not None
    corners, sides = found.mean[[0, 0, -1, -1], [0, -1, 0, -1]], found.mean[[0, -1, 20, 20], [20, 20, 0, -1]]
    assert corners.max() < sides.min()


def at(number: int, start: int, end: int | None, gpus: tuple[str, ...] = ()):
    moment = "2026-01-01T00:{:02d}:00+00:00"
    return a_trial(
        number,
        1.0,
        gpus=gpus,
        started_at=moment.format(start),
        ended_at=moment.format(end) if end is not None else None,
    )


def test_that_each_gpu_has_a_lane_and_parallel_trials_never_share_one() -> None:
    names, spans = lanes([at(1, 0, 5, ("B",)), at(2, 1, 3, ("A",)), at(3, 6, 7, ("A",))])
    assert names == ("A", "B")
    assert [(s.trial.number, s.lane, s.start, s.end) for s in spans] == [
        (1, 1, 0, 300), (2, 0, 60, 180), (3, 0, 360, 420),
    ]  # fmt: skip
    names, spans = lanes([at(1, 0, 5), at(2, 1, 3), at(3, 4, 6), at(4, 5, 8)])
    assert names == ("1", "2")
    assert [s.lane for s in spans] == [0, 1, 1, 0]
    assert lanes([a_trial(1, None, "pending")]) == ((), ())
