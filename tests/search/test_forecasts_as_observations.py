"""Forecasts of stopped and running trials as observations of the search."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bayescore.config import DoubleSpec, Goal
from bayescore.search import Observation, Outcome, SearchSpace, fit, suggest

SPACE = SearchSpace(
    (DoubleSpec(name="x", min_value=0, max_value=1), DoubleSpec(name="y", min_value=0, max_value=1))
)
AT = SPACE.row({"x": 0.9, "y": 0.9})[None, :]


def ended(count: int = 8) -> list[Observation]:
    """Finished trials of a smooth function, whose minimum is at (0.2, 0.2)."""
    rng = np.random.default_rng(3)
    points = [{"x": float(x), "y": float(y)} for x, y in 0.6 * rng.random((count, 2))]
    return [Observation(p, Outcome.FINISHED, (p["x"] - 0.2) ** 2 + (p["y"] - 0.2) ** 2) for p in points]


def forecast(value: float, deviation: float, outcome: Outcome = Outcome.STOPPED_EARLY) -> Observation:
    """A forecast at (0.9, 0.9)."""
    return Observation({"x": 0.9, "y": 0.9}, outcome, value, deviation=deviation)


def predicted(trials: list[Observation]) -> tuple[float, float]:
    """Mean and deviation at (0.9, 0.9)."""
    model = fit(SPACE, Goal.MINIMIZE, trials)
    assert model is not None
    mean, deviation = model.predict(AT)
    return float(mean[0]), float(deviation[0])


def test_that_a_forecast_without_doubt_equals_a_finished_trial() -> None:
    trials = ended()
    finished = Observation({"x": 0.9, "y": 0.9}, Outcome.FINISHED, 0.7)
    assert predicted([*trials, forecast(0.7, 0.0)]) == predicted([*trials, finished])


def test_that_a_forecast_pulls_the_model_the_more_the_surer_it_is() -> None:
    trials = ended()
    sure, vague = (predicted([*trials, forecast(0.3, d)]) for d in (0.001, 1.0))
    assert abs(sure[0] - 0.3) < 0.05
    assert abs(vague[0] - 0.3) > 2.0 * abs(sure[0] - 0.3)
    assert vague[1] > sure[1]


@pytest.mark.parametrize("outcome", [Outcome.STOPPED_EARLY, Outcome.RUNNING])
def test_that_the_best_is_never_a_forecast(outcome: Outcome) -> None:
    trials = ended()
    best = min(trials, key=lambda t: t.value or math.inf)
    model = fit(SPACE, Goal.MINIMIZE, [*trials, forecast(-0.2, 0.05, outcome)])
    assert model is not None
    assert np.array_equal(model.best_rows(1)[0], SPACE.row(best.parameters))
    means, _deviations = model.process.predict_members(model.data.succeeded[model.data.ended])
    assert np.allclose(model.process.incumbents(), means.min(axis=1))


def test_that_a_running_trial_with_a_forecast_counts_as_that_forecast() -> None:
    trials = ended()
    assert predicted([*trials, forecast(0.7, 0.2, Outcome.RUNNING)]) == predicted(
        [*trials, forecast(0.7, 0.2)]
    )


def test_that_a_trial_stopped_without_a_forecast_counts_as_failed() -> None:
    trials = [*ended(), Observation({"x": 0.9, "y": 0.9}, Outcome.STOPPED_EARLY)]
    model = fit(SPACE, Goal.MINIMIZE, trials)
    assert model is not None
    assert np.array_equal(model.data.failed, AT)


@pytest.mark.parametrize("value", [-1e300, 1e300, 0.0])
@pytest.mark.parametrize("deviation", [1e-300, 1e300, math.inf, math.nan])
def test_that_extreme_forecasts_lead_to_a_legal_point(value: float, deviation: float) -> None:
    trials = [*ended(), forecast(value, deviation)]
    found = suggest(SPACE, Goal.MINIMIZE, trials, 1, len(trials) + 1)
    assert found.parameters is not None
    assert found.prediction is not None
    assert math.isfinite(found.prediction.mean)


def test_that_a_job_of_forecasts_only_is_searched() -> None:
    rng = np.random.default_rng(0)
    trials = [
        Observation({"x": float(x), "y": float(y)}, Outcome.STOPPED_EARLY, float(x + y), deviation=0.1)
        for x, y in rng.random((6, 2))
    ]
    assert suggest(SPACE, Goal.MINIMIZE, trials, 1, 7).parameters is not None
