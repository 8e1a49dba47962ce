"""The importance of the parameters."""

from __future__ import annotations

import numpy as np

from bayescore.i18n import _, n_
from bayescore.results import LEAST_TRIALS, Importance, importances
from bayesdesk.models.job import JobModel
from bayesdesk.plots.importance_bars import ImportanceBars
from bayesdesk.services.background import Background
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.widgets import Card, button, label

_FIRST = 15  # parameters that are shown until all are asked for


class ImportanceChart(Card):
    """A bar for each parameter, with the uncertainty of the model as a whisker."""

    def __init__(self, model: JobModel, background: Background) -> None:
        super().__init__(_("Importance"), " ")
        self._model = model
        self._background = background
        self._is_busy = self._is_stale = False
        self._found: tuple[Importance, ...] = ()
        self._shows_all = False
        self._bars = ImportanceBars()
        self._bars.setAccessibleName(_("Importance"))
        self._all = button("", self._toggle, kind="link")
        self._all.hide()
        self._empty = label(_("computing…"), "secondary")
        self._empty.setContentsMargins(13, 8, 13, 16)
        self.controls.addWidget(self._all)
        self.controls.addWidget(help_mark("search"))
        self.body.addWidget(self._empty)
        self.body.addWidget(self._bars)
        self._bars.setVisible(False)
        self.body.setContentsMargins(1, 0, 1, 8)

    def compute(self) -> None:
        """Fit the surrogate off the GUI thread, then draw."""
        if self._is_busy:
            self._is_stale = True
            return
        self._is_busy = True
        tuning, shown = self._model.view.job.config.hyper_tuning, self._model.shown
        self._background.run(
            lambda: importances(tuning.parameter_specs, shown, tuning.goal), self._draw, self._failed
        )

    def _failed(self, error: Exception) -> None:
        self.caption.setText(str(error))
        self._finish()

    def _finish(self) -> None:
        """Compute again if the trials have changed since."""
        self._is_busy = False
        if self._is_stale:
            self._is_stale = False
            self.compute()

    def _draw(self, found: tuple[Importance, ...]) -> None:
        self._empty.setText(
            n_(
                "The model needs at least {count} finished trial.",
                "The model needs at least {count} finished trials.",
                LEAST_TRIALS,
            )
        )
        self._empty.setVisible(not found)
        self._bars.setVisible(bool(found))
        count = int(np.isfinite(self._model.columns.expected()[self._model.mask]).sum())
        self.caption.setText(
            n_(
                "share of the variance, by the search's own model of {count} trial",
                "share of the variance, by the search's own model of {count} trials",
                count,
            )
        )
        self._found = found
        self._show_rows()
        self._finish()

    def _show_rows(self) -> None:
        """Show the first parameters, or all of them."""
        count = len(self._found)
        self._all.setVisible(count > _FIRST)
        self._all.setText(
            _("First {count}", count=_FIRST) if self._shows_all else _("All {count}", count=count)
        )
        self._bars.show_rows(self._found if self._shows_all else self._found[:_FIRST])

    def _toggle(self) -> None:
        self._shows_all = not self._shows_all
        self._show_rows()
