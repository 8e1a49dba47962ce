"""The page of one job: header, filter, views, and the selected trial beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from bayescore.app.consent import UnconfirmedError
from bayescore.app.permissions import Permission
from bayescore.config import JobChange
from bayescore.exchange.export import export_text
from bayescore.exchange.export_format import ExportFormat
from bayescore.i18n import _
from bayescore.results import replace_bytes
from bayescore.results.job_changes import settings_of
from bayescore.store import Database
from bayesdesk.jobs.analysis_page import AnalysisPage
from bayesdesk.jobs.change_dialog import ChangeDialog
from bayesdesk.jobs.charts_page import ChartsPage
from bayesdesk.jobs.configuration_page import ConfigurationPage
from bayesdesk.jobs.events_page import EventsPage
from bayesdesk.jobs.filter_bar import FilterBar
from bayesdesk.jobs.header import JobHeader
from bayesdesk.jobs.parallel_page import ParallelPage
from bayesdesk.jobs.replay_card import ReplayCard
from bayesdesk.jobs.trial_actions import Request, TrialActions
from bayesdesk.jobs.trial_panel import TrialPanel
from bayesdesk.jobs.trial_table import TrialTable
from bayesdesk.models.job import JobModel
from bayesdesk.models.snapshot import JobView
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.collapsible import Collapsible
from bayesdesk.ui.consent import ConsentDialog
from bayesdesk.ui.speech import group
from bayesdesk.ui.wheel import TabBar
from bayesdesk.ui.widgets import Card, column, row

_TABS_OF_TRIALS = 4  # the first tabs: with the filter and the selected trial


class JobPage(QWidget):
    """Puts the views of one job together and runs what they request.

    A view is made when its tab is first shown: making all of them would block the window for a job of tens
    of thousands of trials.
    """

    job_requested = Signal(str)  # another job is to be shown
    new_requested = Signal(object, object)  # Job, tuple[ParameterSpec, ...] | None: narrowed ranges

    def __init__(self, view: JobView, database: Database, background: Background, tab: int = 0) -> None:
        super().__init__()
        self.setObjectName("page")
        self._database, self._background = database, background
        self._commands = Commands(database)
        self.consent: ConsentDialog | None = None
        self.model = JobModel(view)
        self.header = JobHeader(self.model)
        self.filter_bar = FilterBar(self.model)
        self.trial_actions = TrialActions(self, self.model, database, background, self._run_allowed)
        self.panel = TrialPanel(self.model, self.trial_actions)
        self.tabs = TabBar()
        self.stack = QStackedWidget()
        self.names: list[str] = []
        self._unseen: dict[int, Callable[[], QWidget]] = {}
        for name, title, make in (
            ("charts", _("Charts"), lambda: self.charts),
            ("parallel-coordinates", _("Parallel coordinates"), lambda: self.parallel),
            ("trials", _("Trials"), lambda: self._in_card(self.table)),
            ("analysis", _("Analysis"), lambda: self.analysis),
            ("events", _("Events"), lambda: self._in_card(EventsPage(self.model))),
            ("configuration", _("Configuration"), self._made_configuration),
        ):
            self.names.append(name)
            self._unseen[self.stack.addWidget(QWidget())] = make
            self.tabs.addTab(title)
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.currentChanged.connect(self._show_tab)
        self._arrange()
        self._connect()
        self.tabs.setCurrentIndex(tab)
        self._show_tab(tab)

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        tabs = row(self.tabs, None)
        tabs.setContentsMargins(theme.PAGE_MARGIN - 6, 0, theme.PAGE_MARGIN, 0)
        top.setLayout(column(self.header, tabs, spacing=0))
        self._side = Collapsible(
            "details", self.panel, "right", (_("Hide the details"), _("Show the details"))
        )
        content = row(self.stack, self._side, spacing=0)
        content.setContentsMargins(theme.PAGE_MARGIN, theme.CARD_GAP, theme.PAGE_MARGIN, theme.CARD_GAP)
        content.setStretchFactor(self.stack, 1)
        layout = column(top, self.filter_bar, spacing=0)
        layout.addLayout(content, 1)
        self.setLayout(layout)
        self.panes = (top, self.filter_bar, self.stack, self._side)
        names = (_("Job"), _("Filter"), _("Views"), _("Selected trial"))
        for pane, name in zip(self.panes, names, strict=True):
            group(pane, name)

    def _connect(self) -> None:
        job, commands = self.model.view.job, self._commands
        self.header.cancel_requested.connect(self._cancel)
        self.header.pause_requested.connect(
            lambda now: self._run_allowed(lambda _allowed: commands.pause(job.id, now=now))
        )
        self.header.resume_requested.connect(
            lambda: self._run_allowed(lambda _allowed: commands.resume(job.id))
        )
        self.header.change_requested.connect(self.ask_change)
        self.header.rerun_requested.connect(
            lambda: self._run_allowed(lambda allowed: commands.rerun(job.id, None, allowed))
        )
        self.header.continue_requested.connect(
            lambda count: self._run_allowed(lambda allowed: commands.continue_job(job.id, count, allowed))
        )
        self.header.new_requested.connect(lambda: self.new_requested.emit(job, None))
        self.header.export_requested.connect(self.export)
        self.header.job_requested.connect(self.job_requested)

    def add_trial(self) -> None:
        """Ask for the parameters of a trial, and add it; the trials of an imported job cannot run here."""
        if not self.model.view.job.submission.is_imported:
            self.trial_actions.add()

    def ask_change(self) -> ChangeDialog | None:
        """Ask for other settings of the job, unless it has ended."""
        job = self.model.view.job
        if job.state.ended:
            return None
        dialog = ChangeDialog(self, settings_of(job))
        dialog.chosen.connect(self._change)
        dialog.open()
        return dialog

    def _change(self, change: JobChange) -> None:
        job, commands = self.model.view.job, self._commands
        self._run_allowed(lambda _allowed: commands.change_job(job.id, change))

    def _cancel(self) -> None:
        job = self.model.view.job.id
        self._background.run_to_end(_("Stopping the job"), lambda: self._commands.cancel(job))

    def _run_allowed(self, request: Request, allowed: tuple[Permission, ...] = ()) -> None:
        """Run a request; if it needs what the user has not allowed yet, ask, and run it again."""
        action = _("Storing the request")
        self._background.run_to_end(action, lambda: request(allowed), None, partial(self._refused, request))

    def _refused(self, request: Request, error: Exception) -> None:
        if not isinstance(error, UnconfirmedError):
            self._background.went_wrong.emit(error)
            return
        name = self.model.view.job.submission.name
        self.consent = ConsentDialog(self.window(), name, error.permissions, error.job)
        self.consent.allowed.connect(partial(self._run_allowed, request))
        self.consent.open()

    @cached_property
    def charts(self) -> ChartsPage:
        """Charts over trials and steps."""
        return ChartsPage(self.model)

    @cached_property
    def parallel(self) -> ParallelPage:
        """Parallel coordinates."""
        page = ParallelPage(self.model, self.trial_actions)
        page.picture_drawn.connect(lambda file, content: self._write(file, lambda: content))
        page.ranges_requested.connect(lambda specs: self.new_requested.emit(self.model.view.job, specs))
        return page

    @cached_property
    def table(self) -> TrialTable:
        """The trials as a table."""
        return TrialTable(self.model, self.trial_actions)

    @cached_property
    def analysis(self) -> AnalysisPage:
        """Importance, slices, contour, timeline."""
        page = AnalysisPage(
            self.model, self._background, lambda: ReplayCard(self.model, self._database, self._background)
        )
        page.place_chosen.connect(self.trial_actions.add)
        return page

    def _made_configuration(self) -> ConfigurationPage:
        page = ConfigurationPage(self.model)
        page.job_requested.connect(self.job_requested)
        return page

    @staticmethod
    def _in_card(widget: QWidget) -> Card:
        card = Card()
        card.body.addWidget(widget)
        card.body.setContentsMargins(1, 1, 1, 1)
        return card

    def _show_tab(self, index: int) -> None:
        if (make := self._unseen.pop(index, None)) is not None:
            if (empty := self.stack.widget(index)) is not None:
                self.stack.removeWidget(empty)
                empty.deleteLater()
            self.stack.insertWidget(index, make())
        self.stack.setCurrentIndex(index)
        for part in (self.filter_bar, self._side):
            part.setVisible(index < _TABS_OF_TRIALS)

    def open_trial(self, number: int) -> None:
        """Show the log and the files of a trial."""
        trial = next((t for t in self.model.view.trials if t.number == number), None)
        if trial is not None:
            self.trial_actions.open(trial)

    def set_view(self, view: JobView) -> None:
        """Show a newer snapshot of the same job."""
        self.model.set_view(view)

    def export(self, form: str) -> None:
        """Ask for a file, then write the job's results into it in an :class:`ExportFormat`."""
        wanted = ExportFormat(form)
        suffix = wanted.suffix
        name, _filter = QFileDialog.getSaveFileName(
            self, _("Export"), f"{self.model.view.job.submission.name}.{suffix}", f"*.{suffix}"
        )
        if name:
            view, database = self.model.view, self._database

            def content() -> bytes:
                return export_text(database, view.job, view.trials, wanted, view.best).encode()

            self._write(Path(name), content)

    def _write(self, file: Path, content: Callable[[], bytes]) -> None:
        action = _("Exporting {file}", file=file.name)
        self._background.run_to_end(action, lambda: replace_bytes(file, content()))
