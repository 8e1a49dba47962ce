"""Form and YAML side by side, problems below, and the buttons that start a job."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from bayescore.config import Edit, ParameterSpec, Problem
from bayescore.i18n import _
from bayescore.results import with_specs
from bayescore.store import Database, Job
from bayesdesk.editor.data_card import DataCard
from bayesdesk.editor.drafts_bar import DraftsBar
from bayesdesk.editor.edited_project import EditedProject
from bayesdesk.editor.editor_bar import EditorActions, EditorBar
from bayesdesk.editor.estimate import EstimateLine
from bayesdesk.editor.file_sync import FileSync
from bayesdesk.editor.form import Form
from bayesdesk.editor.metric_sources import MetricSources
from bayesdesk.editor.problems_view import ProblemsView
from bayesdesk.editor.project_files import ProjectFiles
from bayesdesk.editor.run_settings import RunSettings
from bayesdesk.editor.sides import Sides
from bayesdesk.editor.starts import Starts
from bayesdesk.editor.text_model import TextModel
from bayesdesk.editor.text_side import TextSide
from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.project_words import project_words
from bayesdesk.ui.speech import group
from bayesdesk.ui.widgets import column

if TYPE_CHECKING:
    from bayesdesk.editor.cloud_dialog import CloudDialog
    from bayesdesk.editor.start_dialog import StartDialog

_TEXT_COLUMNS = 60


class EditorPage(QWidget):
    """Edits a project's two files and starts jobs from them."""

    started = Signal(str)
    save_failed = Signal()  # the page says why
    state_changed = Signal()  # whether there is something to save

    def __init__(
        self, edited: EditedProject, background: Background, database: Database, machine: MachineWatch
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.edited = edited
        self.model, self.local = model, local = edited.config, edited.local
        self._background, self._database = background, database
        self._estimate = EstimateLine(model, local, machine)
        self.run_settings = RunSettings(model, local, machine, background)
        self.data = DataCard(model, local, background)
        self.metrics = MetricSources(model, local)
        self.form = Form(model, local, (self.metrics, self.data, self.run_settings), self._estimate)
        self.yaml, self.local_yaml = YamlEditor(model), YamlEditor(local)
        self.problems = ProblemsView(model, local)
        self.texts = TextSide({model: self.yaml, local: self.local_yaml})
        self.files = [FileSync(self, each, background) for each in (model, local)]
        self.project = ProjectFiles(*self.files)
        self.starts = Starts(self, edited, self.project, background, database)
        self.drafts_bar = DraftsBar(edited)
        notices = (self.drafts_bar, *(file.bar for file in self.files))
        self.bar = EditorBar(model.file, self._actions(), notices)
        self.sides = Sides(self.form, self.texts, self.problems, self.yaml.width_of(_TEXT_COLUMNS))
        self.panes = (self.bar, self.form, self.texts, self.problems)
        names = (model.file.name, _("Form"), "YAML", _("Problems"))
        for pane, name in zip(self.panes, names, strict=True):
            group(pane, name)
        layout = column(self.bar, self.sides, spacing=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.show_sides(str(QSettings().value("editor/sides", "both")))
        self._connect()
        background.run(lambda: project_words(model.file.parent), self._set_project_values, lambda _e: None)
        self.drafts_bar.show_waiting()
        self._show_state()

    def _actions(self) -> EditorActions:
        return EditorActions(self.undo, self.redo, self.save, self.run_on_platform, self.try_one, self.start)

    def _connect(self) -> None:
        self.bar.sides_chosen.connect(self.show_sides)
        self.form.problem_chosen.connect(partial(self._go_to, self.model))
        self.problems.chosen.connect(self._go_to)
        for model, editor in ((self.model, self.yaml), (self.local, self.local_yaml)):
            model.analysed.connect(self._show_state)
            model.text_changed.connect(self._clear_message)
            model.saved.connect(self._clear_message)
            model.refused.connect(self.bar.show_message)
            model.text_document.modificationChanged.connect(self._show_state)
            editor.undo_requested.connect(self.undo)
            editor.redo_requested.connect(self.redo)
        for file in self.files:
            file.failed.connect(self.bar.show_message)
            file.save_failed.connect(self.save_failed)
        self.starts.started.connect(self.started)
        self.starts.closed.connect(self._ask_trial_seconds)
        self.starts.refused.connect(self.bar.show_message)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_trial_seconds()  # trials may have run since

    def _ask_trial_seconds(self) -> None:
        """Let the estimate start with the time of the project's last trials."""
        commands, project = Commands(self._database), str(self.model.file.parent.absolute())
        self._background.run(
            lambda: commands.usual_trial_seconds(project), self._estimate.suggest, lambda _e: None
        )

    def _set_project_values(self, values: dict[str, list[str]]) -> None:
        self.yaml.completer.project_values = values

    @property
    def start_dialog(self) -> StartDialog | None:
        """The dialog of the last start."""
        return self.starts.dialog

    @property
    def cloud_dialog(self) -> CloudDialog | None:
        """The dialog of the last run on the platform."""
        return self.starts.cloud_dialog

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.project.is_changed

    # ---- what is shown

    def show_sides(self, which: str) -> None:
        """Show both sides, or one."""
        self.bar.sides.choose(which)
        self.form.setVisible(which != "yaml")
        self.texts.setVisible(which != "form")
        self.sides.share()
        QSettings().setValue("editor/sides", which)

    def _show_texts(self) -> None:
        if self.texts.isHidden():
            self.show_sides("both")

    def _show_state(self) -> None:
        self.bar.show_state(
            is_changed=self.is_changed,
            follows=self.edited.follows is not None,
            may_start=self.starts.may_start,
        )
        self.state_changed.emit()

    def _clear_message(self) -> None:
        self.bar.show_message("")

    def _go_to(self, model: TextModel, problem: Problem) -> None:
        self._show_texts()
        self.texts.go_to(model, problem)

    def open_find(self) -> None:
        """Open the find bar of the visible text."""
        self._show_texts()
        self.texts.current.find_bar.open()

    def show_parameter(self, name: str) -> None:
        """Move the cursor of the YAML to a parameter."""
        self._show_texts()
        self.texts.show_parameter(name)

    def attend(self) -> None:
        """Give the focus to what has to be decided about a file after a save that failed."""
        for file in self.files:
            if not file.bar.isHidden():
                file.compare.setFocus()
                return

    # ---- actions

    def undo(self) -> None:
        """Undo the last step, in whichever file and on whichever side it was made."""
        self.project.after_edits(self._undo)

    def _undo(self) -> None:
        if (model := self.edited.undo_order.undo()) is not None:
            self.texts.editor_of(model).undo()

    def redo(self) -> None:
        """Redo the last step that was undone."""
        self.project.after_edits(self._redo)

    def _redo(self) -> None:
        if (model := self.edited.undo_order.redo()) is not None:
            self.texts.editor_of(model).redo()

    def save(
        self,
        done: Callable[[], object] = lambda: None,
        failed: Callable[[Exception], object] = lambda _error: None,
    ) -> None:
        """Write the changed files; see :meth:`ProjectFiles.save`."""
        self.project.save(done, failed)

    def follow_up(self, job: Job, specs: tuple[ParameterSpec, ...] | None) -> None:
        """Let the next job learn from an earlier one, with other ranges if there are any."""
        self.edited.follows = job
        if specs is not None:
            self.model.edit(lambda document: Edit.between(document.text, with_specs(document, specs).text))
        self._show_state()

    def try_one(self) -> None:
        """Check, and run one trial at mid-range; unsaved changes are shown first."""
        self.starts.start(try_first=True)

    def start(self) -> None:
        """Check everything that a job needs, and offer to start it; nothing is saved before."""
        self.starts.start()

    def run_on_platform(self) -> None:
        """Offer to run the job on the OpenBayes platform; nothing is saved before."""
        self.starts.run_on_platform()
