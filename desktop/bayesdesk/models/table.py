"""The trials of a job as rows and columns: which columns there are, their order, and what a cell says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bayescore.config import Goal
from bayescore.i18n import _
from bayescore.results.where import OWN_COLUMNS, columns_of, sorted_by
from bayescore.store import Trial
from bayesdesk.models.early_stops import percent_words
from bayesdesk.models.filter import row_of
from bayesdesk.models.formatting import MARKS, duration, number, state_word
from bayesdesk.models.snapshot import JobView
from bayesdesk.models.trial import remark_of

_OTHER_COLUMNS = ("time", "gpu", "note")
_OWN = tuple(dict.fromkeys((*OWN_COLUMNS, *_OTHER_COLUMNS)))


def column_names(view: JobView) -> list[str]:
    """Columns of a job's table: the trial, its metrics, its parameters, how it ran."""
    found = columns_of(view.job, view.metrics, _OWN)
    objective = objective_column(view)
    side = [column for column in found.metrics.values() if column != objective]
    chance = ["chance"] if view.job.local.early_stopping and not view.job.state.ended else []
    return [
        "number",
        "starred",
        "state",
        objective,
        *chance,
        *side,
        *found.parameters.values(),
        *_OTHER_COLUMNS,
    ]


def column_title(name: str) -> str:
    """The heading of a column: parameters and metrics have their own names."""
    titles = {
        "number": "#",
        "starred": "★",
        "state": _("State"),
        "chance": _("Chance"),
        "time": _("Time"),
        "gpu": "GPU",
        "note": _("Note"),
    }
    return titles.get(name, name)


def begins_descending(name: str, view: JobView) -> bool:
    """Whether the first click on a column sorts it from the largest value: the best or starred first."""
    is_maximized = view.job.config.hyper_tuning.goal is Goal.MAXIMIZE
    return name in ("starred", "chance") or (name == objective_column(view) and is_maximized)


def objective_column(view: JobView) -> str:
    """The column of the objective."""
    return columns_of(view.job, view.metrics, _OWN).metrics[view.job.metric]


class TrialRows:
    """Values of some trials by column, computed when they are first asked for."""

    def __init__(self, view: JobView, trials: Sequence[Trial]) -> None:
        self.trials = list(trials)
        self._view, self._baseline = view, view.baseline
        self._values: dict[int, dict[str, Any]] = {}

    def value(self, trial: Trial, name: str) -> Any:
        """What a column holds for a trial; ``None`` or an empty text when it holds nothing."""
        if name == "time":
            return duration(trial)
        if name == "gpu":
            return ", ".join(trial.gpus)
        if name == "number":
            return trial.number
        if trial.id not in self._values:
            self._values[trial.id] = row_of(self._view, trial, _OWN)
        return self._values[trial.id].get(name)

    def changed_cells(self, before: TrialRows, names: Sequence[str]) -> list[tuple[int, int]]:
        """Rows and columns of cells that say something else; the trials and their order are the same.

        Views share the objects that have not changed, so that most rows need no look at their cells.
        """
        series, earlier = self._view.series.get, before._view.series.get
        is_other_baseline = before._view.job.baseline != self._view.job.baseline
        changed = [
            row
            for row, (old, new) in enumerate(zip(before.trials, self.trials, strict=True))
            if is_other_baseline
            or old is not new
            or not new.state.ended
            or series(new.id) is not earlier(new.id)
        ]
        return [
            (row, column)
            for row in changed
            for column, name in enumerate(names)
            if self._is_other(before, row, name)
        ]

    def _is_other(self, before: TrialRows, row: int, name: str) -> bool:
        old, new = before.trials[row], self.trials[row]
        runs_on = name == "time" and not old.state.ended
        return runs_on or before.text(old, name) != self.text(new, name)

    def text(self, trial: Trial, name: str) -> str:
        """What a cell says."""
        if name == "starred":
            return "★" if trial.starred else ""
        if name == "state":
            remark = remark_of(trial, self._baseline)
            state = f"{MARKS[trial.state]}  {state_word(trial.state)}"
            return f"{state} · {remark}" if remark else state
        if name == "chance":
            percent = self.value(trial, name)
            return "" if percent is None else percent_words(percent)
        return number(self.value(trial, name))

    def is_text(self, name: str) -> bool:
        """Whether a column holds words, which are aligned to the left, and not numbers."""
        return any(isinstance(self.value(t, name), str) for t in self.trials[:1])

    def sort(self, name: str, *, descending: bool) -> None:
        """Sort by a column; trials without a number that counts come last in both directions."""
        is_objective = name in ("value", objective_column(self._view))
        self.trials = sorted_by(
            self.trials, lambda t: self.value(t, name), is_objective, descending=descending
        )
