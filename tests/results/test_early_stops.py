"""Trials that were stopped early: how they count in the model, and the time that they have saved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bayescore.config import EarlyStopping, LocalSettings
from bayescore.errors import ConfigError
from bayescore.results import (
    EarlyStops,
    best,
    differences,
    early_stops,
    expected_value,
    importances,
    observation_of,
    surface,
    time_left,
)
from bayescore.results.where import column, condition, ordered
from bayescore.search import Observation, Outcome
from bayescore.store import CurveRecord, EndForecast, StopCause, Trial
from results.test_analysis import SPECS, trials
from results.test_results import a_job, a_trial

FORECAST = EndForecast(6, 30, 0.7, 0.05, 0.64, 0.76, 0.9, 0.014)
HOPELESS = CurveRecord(FORECAST, StopCause.HOPELESS, 6)
DIVERGED = CurveRecord(None, StopCause.DIVERGED, 6)
BUDGET = CurveRecord(FORECAST, StopCause.BUDGET)


def ran(number: int, minutes: float | None, state: str = "succeeded", **changes: object) -> Trial:
    """A trial that ran for so many minutes; ``None``: nobody knows."""
    began = None if minutes is None else "2026-01-01T00:00:00+00:00"
    ended = f"2026-01-01T{int(minutes or 0) // 60:02}:{int(minutes or 0) % 60:02}:00+00:00"
    return a_trial(number, 0.5, state, started_at=began, ended_at=ended, **changes)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], EarlyStops()),
        ([ran(1, 30)], EarlyStops(0, 1, None)),
        ([ran(1, 10, "stopped_early", curve=HOPELESS)], EarlyStops(1, 1, 40 * 60.0)),  # 6 of 30 reports
        ([ran(1, 10, "stopped_early", curve=DIVERGED)], EarlyStops(1, 1, None)),  # nothing to compare with
        ([ran(1, 30), ran(2, 40, "stopped_early", curve=DIVERGED)], EarlyStops(1, 2, 0.0)),
        ([ran(1, 30), ran(2, 10, "stopped_early", curve=DIVERGED)], EarlyStops(1, 2, 20 * 60.0)),
        ([ran(1, 30), ran(2, 10, "stopped_early", curve=BUDGET)], EarlyStops(1, 2, 0.0)),
        ([ran(1, 30), ran(2, None, "stopped_early", curve=HOPELESS)], EarlyStops(1, 2, None)),
        (
            [ran(n, m) for n, m in enumerate((20, 30, 90), 1)]
            + [ran(n, 5, "stopped_early", curve=HOPELESS) for n in (4, 5)]
            + [ran(6, 1, "failed")],
            EarlyStops(2, 6, 40 * 60.0),
        ),
    ],
)
def test_that_what_stopped_trials_had_still_to_run_is_saved(found: list[Trial], expected: EarlyStops) -> None:
    assert early_stops(found) == expected


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        (a_trial(1, 0.5), Observation({"x": 0.1}, Outcome.FINISHED, 0.5)),
        (a_trial(1, 0.5, "failed"), Observation({"x": 0.1}, Outcome.FAILED)),
        (a_trial(1, 0.5, "cancelled"), Observation({"x": 0.1}, Outcome.STOPPED)),
        (a_trial(1, 0.5, "running"), Observation({"x": 0.1}, Outcome.RUNNING)),
        (
            a_trial(1, 0.2, "stopped_early", curve=HOPELESS),
            Observation({"x": 0.1}, Outcome.STOPPED_EARLY, 0.7, deviation=0.05),
        ),
        (a_trial(1, 0.2, "stopped_early", curve=DIVERGED), Observation({"x": 0.1}, Outcome.FAILED)),
        (a_trial(1, 0.2, "stopped_early"), Observation({"x": 0.1}, Outcome.STOPPED)),
    ],
)
def test_that_a_stopped_trial_is_observed_with_its_forecast_and_never_its_last_report(
    trial: Trial, expected: Observation
) -> None:
    assert observation_of(trial) == expected
    assert expected_value(trial) == expected.value


def test_that_a_stopped_trial_is_never_the_best_whatever_it_reported() -> None:
    stopped = a_trial(2, 5.0, "stopped_early", curve=CurveRecord(replace(FORECAST, mean=9.0)))
    assert best([a_trial(1, 0.5), stopped], a_job().config.hyper_tuning.goal) == a_trial(1, 0.5)


def with_forecasts(found: list[Trial], first: int) -> list[Trial]:
    """The same trials; those from ``first`` on were stopped early, and their forecasts are right."""
    stopped = a_trial(1, None, "stopped_early").state
    return [
        t
        if t.number < first
        else replace(t, state=stopped, value=-5.0, curve=CurveRecord(replace(FORECAST, mean=t.value or 0.0)))
        for t in found
    ]


def test_that_stopped_trials_are_dots_of_the_contour_and_count_for_the_importance() -> None:
    goal = a_job().config.hyper_tuning.goal
    found = with_forecasts(list(trials(30)), 21)
    shown = surface(SPECS, found, goal, "matters", "noise")
    assert shown is not None
    assert shown.numbers == tuple(range(1, 31))
    assert importances(SPECS, with_forecasts(list(trials(12)), 9), goal) != ()
    assert importances(SPECS, [t for t in found if t.number < 9], goal) == ()


def test_that_the_time_left_takes_into_account_that_trials_are_stopped() -> None:
    found = [ran(1, 30), ran(2, 10, "stopped_early", curve=HOPELESS)]
    job = replace(a_job(), max_trials=4)
    left, without = time_left(job, found), time_left(job, [ran(1, 30), ran(2, 30)])
    assert left is not None
    assert without is not None
    assert left == pytest.approx(without * 20 / 30)
    assert time_left(job, found[1:]) is None


# ---- columns


def test_that_the_chance_of_a_running_trial_is_a_column_in_percent() -> None:
    job = a_job()
    running = a_trial(1, None, "running", curve=CurveRecord(FORECAST))
    assert column(job, running, {})["chance"] == pytest.approx(1.4)
    assert column(job, a_trial(2, None, "running"), {})["chance"] is None
    assert column(job, a_trial(3, 0.2, "stopped_early", curve=HOPELESS), {})["chance"] is None
    holds = condition("chance < 2")
    assert [holds(column(job, t, {})) for t in (running, a_trial(2, None, "running"))] == [True, False]
    with pytest.raises(ConfigError):
        condition("chances < 2", column(job, running, {}))


@pytest.mark.parametrize(("by", "order"), [("value", [2, 1, 3]), ("-value", [1, 2, 3])])
def test_that_the_last_report_of_a_stopped_trial_does_not_sort_it_among_results(
    by: str, order: list[int]
) -> None:
    found = [a_trial(1, 0.5), a_trial(2, 0.3), a_trial(3, 0.4, "stopped_early", curve=HOPELESS)]
    job = a_job()
    rows = {t.id: column(job, t, {}) for t in found}
    shown = ordered(found, by, lambda t: rows[t.id], list(rows[1]), job.metric)
    assert [t.number for t in shown] == order


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (EarlyStopping(), {"early_stopping": ("–", "true")}),
        (EarlyStopping(confidence=0.9), {"early_stopping.confidence": ("–", "0.9")}),
    ],
)
def test_that_jobs_differ_in_early_stopping(settings: EarlyStopping, expected: dict) -> None:
    job = a_job()
    local = LocalSettings(early_stopping=settings)
    other = replace(job, submission=replace(job.submission, local=local))
    assert {d.setting: d.values for d in differences([job, other])} == expected
