"""Importance of parameters, and lanes of the timeline."""

from __future__ import annotations

import numpy as np
import pytest

from bayescore.config import CategoricalSpec, DoubleSpec
from bayescore.results import importances, lanes
from results.test_results import a_trial

SPECS = (
    DoubleSpec(name="matters", min_value=0, max_value=1),
    DoubleSpec(name="noise", min_value=0, max_value=1),
    CategoricalSpec(name="kind", categorical_values=("a", "b", "c")),
)


def trials(n: int):
    rng = np.random.default_rng(0)
    for i in range(n):
        kind = "abc"[i % 3]
        x, y = float(rng.random()), float(rng.random())
        yield a_trial(i + 1, 4 * x + (kind == "b"), parameters={"matters": x, "noise": y, "kind": kind})


def test_that_what_matters_comes_first_and_shares_sum_to_one() -> None:
    found = importances(SPECS, list(trials(60)))
    assert [f.name for f in found] == ["matters", "kind", "noise"]
    assert sum(f.mean for f in found) == pytest.approx(1.0)
    assert all(f.deviation >= 0 for f in found)
    assert found == importances(SPECS, list(trials(60)))


def test_that_few_trials_and_failed_ones_say_nothing() -> None:
    assert importances(SPECS, list(trials(9))) == ()
    failed = [
        a_trial(n, None, "failed", parameters={"matters": 0.1, "noise": 0.2, "kind": "a"})
        for n in range(1, 40)
    ]
    assert importances(SPECS, failed) == ()


def at(number: int, start: int, end: int | None, gpus: tuple[str, ...] = ()):
    moment = "2026-01-01T00:{:02d}:00+00:00"
    return a_trial(
        number,
        1.0,
        gpus=gpus,
        started_at=moment.format(start),
        ended_at=moment.format(end) if end is not None else None,
    )


def test_that_each_gpu_has_a_lane_and_trials_at_a_time_never_share_a_place() -> None:
    names, spans = lanes([at(1, 0, 5, ("B",)), at(2, 1, 3, ("A",)), at(3, 6, 7, ("A",))])
    assert names == ("A", "B")
    assert [(s.trial.number, s.lane, s.start, s.end) for s in spans] == [
        (1, 1, 0, 300), (2, 0, 60, 180), (3, 0, 360, 420),
    ]  # fmt: skip
    names, spans = lanes([at(1, 0, 5), at(2, 1, 3), at(3, 4, 6), at(4, 5, 8)])
    assert names == ("1", "2")
    assert [s.lane for s in spans] == [0, 1, 1, 0]
    assert lanes([a_trial(1, None, "pending")]) == ((), ())
