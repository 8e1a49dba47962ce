"""What the views of one job share: its newest snapshot, one chosen trial, one filter."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from bayescore.errors import ConfigError
from bayescore.store import Trial
from bayesdesk.jobs.trial_columns import Mask, TrialColumns
from bayesdesk.jobs.trial_filter import TrialFilter
from bayesdesk.services.snapshot import JobView

_SETTLED_MS = 150  # a brush that rests so long has come to where it was meant to be


class JobModel(QObject):
    """Tells every view when something has changed; each shows what it finds here.

    ``filter_changed`` comes with every move of a brush, ``filter_settled`` once it rests:
    views that take long to draw wait for that.
    """

    view_changed = Signal()
    filter_changed = Signal()
    filter_settled = Signal()
    filter_refused = Signal(str)
    selection_changed = Signal()

    def __init__(self, view: JobView) -> None:
        super().__init__()
        self.view = view
        self.columns = TrialColumns(view)
        self.filter = TrialFilter()
        self.mask: Mask = np.ones(self.columns.n, dtype=np.bool_)
        self._selected: int | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLED_MS)
        self._settling.timeout.connect(self.filter_settled.emit)

    @property
    def shown(self) -> tuple[Trial, ...]:
        """Trials that pass the filter, in the order of their numbers."""
        return tuple(t for t, passes in zip(self.view.trials, self.mask, strict=True) if passes)

    @property
    def selected(self) -> Trial | None:
        """The chosen trial; until somebody chooses one, the best, else the newest."""
        row = self.columns.row_of(self._selected) if self._selected is not None else None
        chosen = self.view.trials[row] if row is not None else None
        newest = self.view.trials[-1] if self.view.trials else None
        return chosen or self.view.best or newest

    def set_view(self, view: JobView) -> None:
        """Take a newer snapshot."""
        self.view = view
        self.columns = TrialColumns(view)
        self.mask = self.filter.mask(self.columns)
        self.view_changed.emit()
        if self._selected is None:
            self.selection_changed.emit()

    def set_filter(self, wanted: TrialFilter) -> None:
        """Show other trials; a condition that is none is refused and the old filter stays."""
        if wanted == self.filter:
            return
        try:
            mask = wanted.mask(self.columns)
        except ConfigError as error:
            self.filter_refused.emit(str(error))
            return
        self.filter, self.mask = wanted, mask
        self.filter_changed.emit()
        self._settling.start()

    def select(self, number: int) -> None:
        """Choose a trial."""
        if number != self._selected:
            self._selected = number
            self.selection_changed.emit()
