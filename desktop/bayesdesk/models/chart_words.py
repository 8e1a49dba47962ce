"""What charts show, in words: screen readers say it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bayescore.i18n import _, n_
from bayescore.results.best import counts
from bayescore.store import Trial, TrialState
from bayesdesk.models.axes import Axis
from bayesdesk.models.early_stops import forecast_lines, stops_line
from bayesdesk.models.filter import Brush
from bayesdesk.models.formatting import number, state_word
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import JobView


def trial_words(view: JobView, trial: Trial) -> str:
    """A trial, and its value or state."""
    if trial.value is None or trial.state is TrialState.STOPPED_EARLY:
        words = _("Trial {number}, {state}", number=trial.number, state=state_word(trial.state))
        is_explained = trial.state is TrialState.STOPPED_EARLY and trial.reason is not None
        return f"{words}: {trial.reason}" if is_explained else words
    return _(
        "Trial {number}, {metric} {value}",
        number=trial.number,
        metric=view.job.metric,
        value=number(trial.value),
    )


def objective_words(view: JobView) -> str:
    """The number of trials with a value, and the best."""
    count = sum(counts(trial) for trial in view.trials)
    if view.best is None or view.best.value is None:
        return _("No trial has a value yet")
    words = n_(
        "Objective over {count} trial, best {value} at trial {number}",
        "Objective over {count} trials, best {value} at trial {number}",
        count,
        value=number(view.best.value),
        number=view.best.number,
    )
    stops = stops_line(view.early_stops)
    return words if stops is None else f"{words}; {stops}"


def metric_words(model: JobModel, metric: str) -> str:
    """The number of curves, and where the one of the selected trial ends."""
    series = model.view.series
    count = sum(metric in series.get(trial.id, {}) for trial in model.shown)
    words = n_(
        "{metric} of {count} trial by step", "{metric} of {count} trials by step", count, metric=metric
    )
    trial = model.selected
    values = series.get(trial.id, {}).get(metric) if trial is not None else None
    if trial is None or values is None or not len(values):
        return words
    forecast = forecast_lines(trial) if metric == model.view.job.metric else []
    last = _("trial {number} ends at {value}", number=trial.number, value=number(float(values[-1])))
    return "; ".join([f"{words}, {last}", *forecast])


def slice_words(model: JobModel, parameter: str) -> str:
    """The objective, the parameter, and the number of trials."""
    count = int(np.isfinite(model.columns.expected()[model.mask]).sum())
    return n_(
        "{metric} against {parameter} for {count} trial",
        "{metric} against {parameter} for {count} trials",
        count,
        metric=model.view.job.metric,
        parameter=parameter,
    )


def parallel_words(model: JobModel, axes: Sequence[Axis]) -> str:
    """The axes, the number of trials that are shown, and the brushes."""
    names = ", ".join(axis.name for axis in axes)
    words = n_(
        "{shown} of {count} trial on the axes {names}",
        "{shown} of {count} trials on the axes {names}",
        len(model.view.trials),
        shown=int(model.mask.sum()),
        names=names,
    )
    brushes = [brush_words(name, found) for name, found in model.filter.brushes.items()]
    return "; ".join([words, *brushes])


def brush_words(axis: str, brushes: Sequence[Brush]) -> str:
    """The intervals or choices that are selected on an axis."""
    spans = [
        number(b.low) if b.low == b.high else _("{low} to {high}", low=number(b.low), high=number(b.high))
        for b in brushes
    ]
    return _("{axis} selected: {values}", axis=axis, values=", ".join(spans))
