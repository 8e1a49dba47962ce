"""The actions on the trials of one job: every table, panel and menu of the job's page uses this object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from bayescore.app.permissions import Permission
from bayescore.i18n import _
from bayescore.store import Database, Trial
from bayesdesk.jobs.add_trial_dialog import AddTrialDialog
from bayesdesk.jobs.result_dialog import ResultDialog
from bayesdesk.jobs.trial_window import TrialWindow
from bayesdesk.models.job import JobModel
from bayesdesk.models.offers import Offers, offers_for
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui.plain import as_text

Request = Callable[[tuple[Permission, ...]], None]  # called with what the user has allowed


class TrialActions(QObject):
    """Opens trials, uses, re-runs, stops and stars them.

    Parameters
    ----------
    page
        Parent of the dialogs.
    run_allowed
        Runs a request that may need the user's consent first.
    """

    def __init__(
        self,
        page: QWidget,
        model: JobModel,
        database: Database,
        background: Background,
        run_allowed: Callable[[Request], None],
    ) -> None:
        super().__init__(page)
        self._page, self._model = page, model
        self._database, self._background = database, background
        self._commands = Commands(database)
        self._run_allowed = run_allowed

    @property
    def _job(self) -> str:
        return self._model.view.job.id

    def offers(self, trials: Sequence[Trial]) -> Offers:
        """The actions that are offered for these trials."""
        return offers_for(self._model.view.job, trials)

    def open(self, trial: Trial) -> TrialWindow:
        """Show a trial's log and files."""
        job = self._model.view.job
        window = TrialWindow(self._page, self._background, self._database.folder, job, trial)
        window.show()
        return window

    def use(self, trial: Trial) -> ResultDialog:
        """Show the dialog that writes a trial's parameters into the project's file."""
        dialog = ResultDialog(self._page, self._background, self._model.view, trial)
        dialog.open()
        return dialog

    def add(self, given: Mapping[str, object] | None = None) -> AddTrialDialog:
        """Ask for the parameters of a trial, of which some are given, and add it to the job."""
        dialog = AddTrialDialog(self._page, self._model.view.job.config.hyper_tuning, given or {})
        dialog.chosen.connect(self._add)
        dialog.open()
        return dialog

    def _add(self, assignments: list[str]) -> None:
        self._run_allowed(lambda allowed: self._commands.add_trial(self._job, assignments, allowed))

    def rerun(self, numbers: Sequence[int]) -> None:
        """Run ended trials again; one that was stopped early runs to its end then."""
        self._run_allowed(lambda allowed: self._commands.rerun_all(self._job, numbers, allowed))

    def stop(self, numbers: Sequence[int]) -> None:
        """Stop running trials."""
        job = self._job
        self._background.run_to_end(_("Stopping trials"), lambda: self._commands.stop_all(job, numbers))

    def star(self, numbers: Sequence[int], *, starred: bool) -> None:
        """Star trials, or remove their stars."""
        job = self._job
        self._background.run_to_end(
            _("Storing the star"), lambda: self._commands.star(job, numbers, starred=starred)
        )

    def set_baseline(self, number: int | None) -> None:
        """Choose the trial that the others are compared with; ``None`` for the baseline of the settings."""
        job = self._job
        self._background.run_to_end(
            _("Storing the baseline"), lambda: self._commands.set_baseline(job, number)
        )

    def annotate(self, number: int, note: str) -> None:
        """Write a note on a trial."""
        job = self._job
        self._background.run_to_end(_("Storing the note"), lambda: self._commands.annotate(job, number, note))

    def fill(self, menu: QMenu, trials: Sequence[Trial]) -> None:
        """Add an entry for each action that is offered for these trials."""
        offers = self.offers(trials)

        def add(words: str, action: Callable[[], object]) -> QAction:
            entry = menu.addAction(words)
            entry.triggered.connect(lambda _checked=False: action())
            return entry

        if (opened := offers.open) is not None:
            add(_("Log and files"), lambda: self.open(opened))
        if (used := offers.use) is not None:
            add(_("Use as result…"), lambda: self.use(used))
        elif offers.no_use:
            refused = add(_("Use as result…"), lambda: None)
            refused.setEnabled(False)
            refused.setToolTip(as_text(offers.no_use))
            menu.setToolTipsVisible(True)
        if (like := offers.like) is not None:
            add(_("Add a trial like this…"), lambda: self.add(like.parameters))
        if offers.rerun:
            count = len(offers.rerun)
            words = _("Re-run {count}", count=count) if count > 1 else _("Re-run")
            add(words, lambda: self.rerun(offers.rerun))
        if offers.finish:
            count = len(offers.finish)
            words = _("Run {count} to the end", count=count) if count > 1 else _("Run to the end")
            add(words, lambda: self.rerun(offers.finish))
        if offers.stop:
            count = len(offers.stop)
            words = _("Stop {count}", count=count) if count > 1 else _("Stop")
            add(words, lambda: self.stop(offers.stop))
        if (base := offers.baseline) is not None:
            if offers.is_baseline_removed:
                add(_("Do not use as the baseline"), lambda: self.set_baseline(None))
            else:
                add(_("Use as the baseline"), lambda: self.set_baseline(base.number))
        if offers.star:
            words = star_words(is_removed=offers.is_star_removed)
            add(words, lambda: self.star(offers.star, starred=not offers.is_star_removed))


def star_words(*, is_removed: bool) -> str:
    """The name of the action that stars trials, or removes their stars."""
    return _("Remove the star") if is_removed else _("Mark with a star")
