"""Trials as a table for HiPlot (``hiplot.Experiment.from_csv``)."""

from __future__ import annotations

from collections.abc import Sequence

from bayescore.results import csv_text
from bayescore.results.column_names import named_columns
from bayescore.store import Trial, TrialState


def hiplot_csv(names: Sequence[str], metric: str, trials: Sequence[Trial]) -> str:
    """CSV with the column ``uid`` and one for each axis. Trials without an objective are left out.

    Those that were stopped early have the forecast of their objective; then there is an axis that tells
    them from the others.
    """
    shown = [(trial, value) for trial in trials if (value := _objective(trial)) is not None]
    own = ["uid"]
    if any(trial.state is TrialState.STOPPED_EARLY for trial, _ in shown):
        own.append("state")
    columns = named_columns(own, names, [metric])
    return csv_text(
        [*own, *columns.parameters.values(), *columns.metrics.values()],
        (
            [*(trial.number, trial.state)[: len(own)], *(trial.parameters.get(n) for n in names), value]
            for trial, value in shown
        ),
    )


def _objective(trial: Trial) -> float | None:
    if trial.state is not TrialState.STOPPED_EARLY:
        return trial.value
    return None if trial.curve.forecast is None else trial.curve.forecast.mean
