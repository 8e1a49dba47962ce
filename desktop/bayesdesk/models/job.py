"""What the views of one job share: its newest snapshot, the filter, the selected trial."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bayescore.store import Trial
from bayesdesk.models.columns import Mask, TrialColumns
from bayesdesk.models.filter import TrialFilter
from bayesdesk.models.snapshot import Change, JobView, difference

Listener = Callable[[Change], object]


class JobModel:
    """Holds the state and tells listeners what has changed; it draws nothing and starts no timer."""

    def __init__(self, view: JobView) -> None:
        self.view = view
        self.columns = TrialColumns(view)
        self.filter = TrialFilter()
        self.mask: Mask = np.ones(self.columns.n, dtype=np.bool_)
        self._chosen: int | None = None  # by the user
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each change; the returned function ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    @property
    def shown(self) -> tuple[Trial, ...]:
        """Trials that pass the filter, by number."""
        return tuple(t for t, passes in zip(self.view.trials, self.mask, strict=True) if passes)

    @property
    def selected(self) -> Trial | None:
        """The selected trial; until the user selects one, the best, or the newest if none has succeeded."""
        row = self.columns.row_of(self._chosen) if self._chosen is not None else None
        chosen = self.view.trials[row] if row is not None else None
        newest = self.view.trials[-1] if self.view.trials else None
        return chosen or self.view.best or newest

    def set_view(self, view: JobView) -> None:
        """Replace the snapshot by a newer one of the same job."""
        before, selected = self.view, self.selected
        change = difference(before, view)
        self.view = view
        if change & (Change.TRIALS | Change.FORECASTS | Change.POINTS):
            self.columns = TrialColumns(view)
            change |= self._refilter()
        if _number(self.selected) != _number(selected):
            change |= Change.SELECTION
        self._notify(change)

    def set_filter(self, wanted: TrialFilter) -> None:
        """Show other trials.

        Raises
        ------
        ConfigError
            When the expression is invalid or names an unknown column; the old filter stays.
        """
        if wanted == self.filter:
            return
        if wanted.expression != self.filter.expression:
            wanted.check(self.view)
        mask = wanted.mask(self.columns)
        self.filter, self.mask = wanted, mask
        self._notify(Change.FILTER)

    def select(self, number: int) -> None:
        """Select a trial by its number."""
        if number != self._chosen:
            self._chosen = number
            self._notify(Change.SELECTION)

    def _refilter(self) -> Change:
        """Apply the filter to other trials; whether one that was there passes now, or no longer does."""
        before, self.mask = self.mask, self.filter.mask(self.columns)
        both = min(len(before), len(self.mask))
        return Change.NONE if np.array_equal(before[:both], self.mask[:both]) else Change.FILTER

    def _notify(self, change: Change) -> None:
        if change:
            for listener in tuple(self._listeners):
                listener(change)


def _number(trial: Trial | None) -> int | None:
    return None if trial is None else trial.number
