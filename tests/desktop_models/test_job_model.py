"""What the views of a job share, and which changes they report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bayescore.errors import ConfigError
from bayescore.i18n import text
from bayescore.store import CurveRecord, Event, JobState
from bayesdesk.models.filter import Brush, TrialFilter
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import Change
from support.views import S, a_forecast, a_job, a_stopped_trial, a_trial, a_view

TRIALS = (a_trial(1, 0.1), a_trial(2, 0.9), a_trial(3, None, S.RUNNING))
FORECAST = replace(TRIALS[2], curve=CurveRecord(a_forecast(chance=0.12)))
RUNNING = a_view(TRIALS, series={1: {"score": [0.1]}})
ENDED = replace(RUNNING, job=a_job(JobState.SUCCEEDED))
EVENT = Event(1, "job1", None, "2026-01-01T00:00:00+00:00", "info", "started", text("It started."))


def model_of(view) -> tuple[JobModel, list[Change]]:
    model, changes = JobModel(view), []
    model.subscribe(changes.append)
    return model, changes


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (ENDED, replace(ENDED), []),
        (RUNNING, replace(RUNNING), [Change.TIME]),
        (RUNNING, ENDED, [Change.STATE]),
        (ENDED, replace(ENDED, events=(EVENT,)), [Change.EVENTS]),
        (ENDED, replace(ENDED, series={**ENDED.series, 2: {"score": np.ones(1)}}), [Change.POINTS]),
        (ENDED, replace(ENDED, trials=(*TRIALS[:2], a_trial(3, 0.2))), [Change.TRIALS]),
        (ENDED, replace(ENDED, trials=tuple(TRIALS)), []),
        (ENDED, replace(ENDED, trials=(*TRIALS[:2], FORECAST)), [Change.FORECASTS]),
        (ENDED, replace(ENDED, trials=(*TRIALS[:2], replace(FORECAST, starred=True))), [Change.TRIALS]),
        (ENDED, replace(ENDED, trials=(*TRIALS[:2], a_stopped_trial(3))), [Change.TRIALS]),
        (ENDED, replace(ENDED, trials=(*TRIALS, a_trial(4, 1.0)), best=a_trial(4, 1.0)), [Change.TRIALS | Change.SELECTION]),
        (RUNNING, replace(RUNNING, pulled=0.5), [Change.STATE | Change.TIME]),
    ],
)  # fmt: skip
def test_that_listeners_get_the_change(before, after, change) -> None:
    model, changes = model_of(before)
    model.set_view(after)
    assert changes == change


def test_that_a_filter_by_chance_follows_the_forecasts() -> None:
    model, changes = model_of(RUNNING)
    model.set_filter(TrialFilter(expression="chance > 10"))
    assert model.shown == ()
    model.set_view(replace(RUNNING, trials=(*TRIALS[:2], FORECAST)))
    assert model.shown == (FORECAST,)
    assert changes[1:] == [Change.FORECASTS | Change.TIME | Change.FILTER]


def test_that_a_filter_is_applied_to_new_trials_and_an_invalid_one_is_refused() -> None:
    model, changes = model_of(ENDED)
    model.set_filter(TrialFilter(states=frozenset({S.SUCCEEDED})))
    assert [t.number for t in model.shown] == [1, 2]
    with pytest.raises(ConfigError):
        model.set_filter(TrialFilter(expression="x >"))
    model.set_filter(TrialFilter(states=frozenset({S.SUCCEEDED})))
    assert changes == [Change.FILTER]
    model.set_view(replace(ENDED, trials=(*TRIALS[:2], a_trial(3, 0.2), a_trial(4, None, S.RUNNING))))
    assert [t.number for t in model.shown] == [1, 2, 3]
    assert changes[1:] == [Change.TRIALS | Change.FILTER]


def test_that_the_best_trial_is_selected_until_the_user_selects_one() -> None:
    model, changes = model_of(ENDED)
    assert model.selected == TRIALS[1]
    model.select(1)
    model.select(1)
    assert model.selected == TRIALS[0]
    model.set_view(replace(ENDED, trials=(*TRIALS, a_trial(4, 1.0)), best=a_trial(4, 1.0)))
    assert model.selected == TRIALS[0]
    assert changes == [Change.SELECTION, Change.TRIALS]
    assert JobModel(a_view()).selected is None
    assert JobModel(a_view([TRIALS[2]])).selected == TRIALS[2]


def test_that_a_listener_that_has_unsubscribed_is_not_called() -> None:
    model, changes = JobModel(ENDED), []
    unsubscribe = model.subscribe(changes.append)
    unsubscribe()
    unsubscribe()
    model.set_filter(TrialFilter().with_brushes("x", [Brush(0, 1)]))
    assert changes == []
