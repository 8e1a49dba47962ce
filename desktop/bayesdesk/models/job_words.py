"""What a condition on the table of jobs is about: the columns, and the values that they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bayescore.config import Goal
from bayescore.i18n import _
from bayescore.store import JobState
from bayesdesk.models.expression import Completion, value_of
from bayesdesk.models.job_table import COLUMNS, FILTER_NAMES, column_title, value
from bayesdesk.models.snapshot import JobRow

_MOST_VALUES = 50
_LISTED = ("name", "project", "runner", "metric", "tags")  # columns whose values are few or known by name


@dataclass(frozen=True)
class JobWords:
    """The columns of these jobs."""

    rows: Sequence[JobRow]

    def names(self) -> list[Completion]:
        """Every column, with its heading or its unit."""
        meanings = {
            "id": _("the job's id"),
            "goal": _("the goal"),
            "max_trials": _("number of trials to run"),
            "archived": _("1 if it is archived, otherwise 0"),
            "days": _("days since the start"),
            "duration": _("hours"),
            "size": _("GB"),
        }
        return [
            Completion(name, meanings.get(name) or (column_title(name) if name in COLUMNS else ""))
            for name in FILTER_NAMES
        ]

    def values(self, name: str) -> list[Completion]:
        """The values of a column of texts, the most recent jobs first."""
        return [value_of(name, each) for each in list(dict.fromkeys(self._values(name)))[:_MOST_VALUES]]

    def _values(self, name: str) -> Iterable[object]:
        if name == "state":
            return [str(state) for state in JobState]
        if name == "goal":
            return [str(goal) for goal in Goal]
        if name == "archived":
            return [1, 0]
        if name in _LISTED:
            return [found for row in self.rows if (found := value(row, name, {}))]
        return []
