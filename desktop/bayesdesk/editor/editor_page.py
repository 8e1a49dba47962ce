"""Form and YAML side by side, problems below, and the buttons that start a job."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QRegularExpression, QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from bayescore.app.options import Options
from bayescore.config import Edit, ParameterSpec, Problem
from bayescore.i18n import _
from bayescore.results import with_specs
from bayescore.store import Database, Job
from bayescore.times import parsed
from bayesdesk.editor.data_card import DataCard
from bayesdesk.editor.draft_recovery import DraftRecovery
from bayesdesk.editor.estimate import EstimateLine
from bayesdesk.editor.file_sync import FileSync
from bayesdesk.editor.form import Form
from bayesdesk.editor.problems_view import ProblemsView
from bayesdesk.editor.project_files import ProjectFiles
from bayesdesk.editor.run_settings import RunSettings
from bayesdesk.editor.sides import Sides
from bayesdesk.editor.start_dialog import StartDialog
from bayesdesk.editor.text_model import ConfigModel, LocalModel, TextModel
from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.services.drafts import Draft, Drafts
from bayesdesk.services.machine_watch import MachineWatch
from bayesdesk.services.project_words import project_words
from bayesdesk.ui import theme
from bayesdesk.ui.diff_view import DiffDialog
from bayesdesk.ui.help_mark import help_mark
from bayesdesk.ui.plain import as_text
from bayesdesk.ui.speech import group
from bayesdesk.ui.wheel import TabBar
from bayesdesk.ui.widgets import (
    ElidedLabel,
    NoticeBar,
    Segmented,
    badge,
    button,
    column,
    label,
    row,
    set_tone,
)

_TEXT_COLUMNS = 60
_NARROW = 940  # pixels: buttons that have an icon lose their words
_NARROWER = 820  # pixels: undo and redo are in the menu only
_FOLDER_STRETCH = 1000  # the folder gets its full width before the gap gets any


class EditorPage(QWidget):
    """Edits a project's two files and starts jobs from them."""

    started = Signal(str)

    def __init__(
        self,
        model: ConfigModel,
        local: LocalModel,
        background: Background,
        database: Database,
        machine: MachineWatch,
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.model, self.local = model, local
        model.sibling, local.sibling = local, model
        self._background, self._database = background, database
        self._follows: Job | None = None
        self.start_dialog: StartDialog | None = None
        self._steps: list[TextModel] = []
        self._undone: list[TextModel] = []
        self._estimate = EstimateLine(model, local, machine)
        self.run_settings = RunSettings(model, local, machine, background)
        self.data = DataCard(model, local, background)
        self.form = Form(model, (self.data, self.run_settings), self._estimate)
        self.yaml, self.local_yaml = YamlEditor(model), YamlEditor(local)
        self.problems = ProblemsView(model, local)
        self._state = badge()
        self._message = label("", "problem", wrap=True, selectable=True)
        self._message.setVisible(False)
        self._sides = self._made_sides()
        self._try = button(_("Try one trial"), self.try_one, meaning="try", tip=_("Try one trial"))
        self._start = button(_("Start job…"), self.start, kind="primary", meaning="start")
        self.files = [FileSync(self, each, background) for each in (model, local)]
        self.project = ProjectFiles(*self.files)
        drafts = Drafts(database.folder.root)
        self.drafts = [DraftRecovery(each, drafts, background) for each in (model, local)]
        self._arrange()
        self._connect()
        background.run(lambda: project_words(model.file.parent), self._set_project_values, lambda _e: None)
        self._show_state()

    def _ask_trial_seconds(self) -> None:
        """Let the estimate start with the time of the project's last trials."""
        commands, project = Commands(self._database), str(self.model.file.parent.absolute())
        self._background.run(
            lambda: commands.usual_trial_seconds(project), self._estimate.suggest, lambda _e: None
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_trial_seconds()  # trials may have run since

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW
        for each, words in ((self._save_button, _("Save")), (self._try, _("Try one trial"))):
            each.setText("" if is_narrow else words)
        for each in self._steps_buttons:  # the menu has them too
            each.setVisible(event.size().width() >= _NARROWER)

    def _set_project_values(self, values: dict[str, list[str]]) -> None:
        self.yaml.completer.project_values = values

    def _connect(self) -> None:
        self.form.problem_chosen.connect(partial(self._go_to, self.model))
        self.problems.chosen.connect(self._go_to)
        for model, editor in ((self.model, self.yaml), (self.local, self.local_yaml)):
            model.analysed.connect(self._show_state)
            model.text_changed.connect(self._clear_message)
            model.refused.connect(self._show_message)
            model.text_document.modificationChanged.connect(self._show_state)
            model.text_document.undoCommandAdded.connect(self._record_step)
            editor.undo_requested.connect(self.undo)
            editor.redo_requested.connect(self.redo)
        for file in self.files:
            file.failed.connect(self._show_message)
        for draft in self.drafts:
            draft.found.connect(self._offer_draft)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.project.is_changed

    @property
    def follows(self) -> Job | None:
        """The job that the next one learns from."""
        return self._follows

    # ---- parts

    def _made_sides(self) -> Segmented:
        made = Segmented([("both", _("Both")), ("form", _("Form")), ("yaml", "YAML")])
        group(made, _("Form and YAML"))
        made.chosen.connect(self.show_sides)
        return made

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._steps_buttons = (
            button("", self.undo, kind="quiet", meaning="undo", tip=_("Undo")),
            button("", self.redo, kind="quiet", meaning="redo", tip=_("Redo")),
        )
        self._save_button = button(_("Save"), self.save, meaning="save", tip=_("Save"))
        cloud = button("", self.run_on_platform, kind="quiet", meaning="cloud", tip=_("Run on OpenBayes…"))
        folder = ElidedLabel(str(self.model.file.parent))
        line = row(
            label(self.model.file.name, "title"),
            folder,
            self._state,
            None,
            *self._steps_buttons,
            help_mark("files"),
            self._sides,
            self._save_button,
            cloud,
            self._try,
        )
        folder.setMaximumWidth(folder.fontMetrics().horizontalAdvance(folder.text()) + 2)
        line.setStretchFactor(folder, _FOLDER_STRETCH)
        line.addWidget(self._start)
        line.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        self._draft_bar = NoticeBar(
            button(_("Restore"), self._restore_drafts),
            button(_("Compare"), self._compare_draft, kind="link"),
            button(_("Discard"), self.discard_drafts, kind="link"),
        )
        bars = (self._draft_bar, *(file.bar for file in self.files))
        top.setLayout(column(line, self._message, *bars, spacing=0))
        self._tabs = TabBar()
        self._texts = QStackedWidget()
        for editor, model in ((self.yaml, self.model), (self.local_yaml, self.local)):
            self._tabs.addTab(model.file.name)
            side = QWidget()
            side.setLayout(column(editor.find_bar, editor, spacing=0))
            self._texts.addWidget(side)
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.currentChanged.connect(self._texts.setCurrentIndex)
        text_side = QWidget()
        text_side.setObjectName("bar")
        text_side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        text_side.setLayout(column(self._tabs, self._texts, spacing=0))
        self._text_side = text_side
        self.sides = Sides(self.form, text_side, self.problems, self.yaml.width_of(_TEXT_COLUMNS))
        self.panes = (top, self.form, text_side, self.problems)
        names = (self.model.file.name, _("Form"), "YAML", _("Problems"))
        for pane, name in zip(self.panes, names, strict=True):
            group(pane, name)
        layout = column(top, self.sides, spacing=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.show_sides(str(QSettings().value("editor/sides", "both")))

    def show_sides(self, which: str) -> None:
        """Show both sides, or one."""
        self._sides.choose(which)
        self.form.setVisible(which != "yaml")
        self._text_side.setVisible(which != "form")
        self.sides.share()
        QSettings().setValue("editor/sides", which)

    def _show_state(self) -> None:
        self._state.setVisible(self.is_changed or self._follows is not None)
        self._state.setText(_("edited") if self.is_changed else _("follow-up job"))
        set_tone(self._state, "warning" if self.is_changed else "accent")
        for each in (self._start, self._try):
            each.setEnabled(self._has_settings)
            words = each.accessibleName() if self._has_settings else _("Fix the errors first.")
            each.setToolTip(as_text(words))

    @property
    def _has_settings(self) -> bool:
        """Whether neither analysed text has an error."""
        return self.model.config is not None and self.local.settings is not None

    def _go_to(self, model: TextModel, problem: Problem) -> None:
        if self._text_side.isHidden():
            self.show_sides("both")
        self._tabs.setCurrentIndex(0 if model is self.model else 1)
        (self.yaml if model is self.model else self.local_yaml).go_to(problem)

    def _show_message(self, message: str) -> None:
        self._message.setProperty("severity", "error")
        self._message.setContentsMargins(theme.PAGE_MARGIN, 0, theme.PAGE_MARGIN, 8)
        self._message.setText(message)
        self._message.setVisible(bool(message))

    def _clear_message(self) -> None:
        self._message.setVisible(False)

    # ---- waiting

    def _when_current(self, callback: Callable[[], object]) -> None:
        """Call back once the analyses of both texts belong to them."""

        def check() -> None:
            if self.model.is_current and self.local.is_current:
                callback()
            else:
                self._when_current(callback)

        self.model.when_current(lambda: self.local.when_current(check))

    # ---- actions

    def _record_step(self) -> None:
        """Record which of the two files the newest undo step changes."""
        document = self.sender()
        model = self.model if document is self.model.text_document else self.local
        if not model.joins_last_step:
            self._steps.append(model)
        self._undone.clear()

    def undo(self) -> None:
        """Undo the last step, in whichever file and on whichever side it was made."""
        self.project.after_edits(self._undo)

    def _undo(self) -> None:
        while self._steps:
            model = self._steps.pop()
            if model.text_document.isUndoAvailable():
                self._undone.append(model)
                self._editor_of(model).undo()
                return
        for editor in (self.yaml, self.local_yaml):
            if editor.document().isUndoAvailable():
                editor.undo()
                return

    def redo(self) -> None:
        """Redo the last step that was undone."""
        self.project.after_edits(self._redo)

    def _redo(self) -> None:
        while self._undone:
            model = self._undone.pop()
            if model.text_document.isRedoAvailable():
                self._steps.append(model)
                self._editor_of(model).redo()
                return
        for editor in (self.yaml, self.local_yaml):
            if editor.document().isRedoAvailable():
                editor.redo()
                return

    def _editor_of(self, model: TextModel) -> YamlEditor:
        return self.yaml if model is self.model else self.local_yaml

    def open_find(self) -> None:
        """Open the find bar of the visible text."""
        if self._text_side.isHidden():
            self.show_sides("both")
        editor = (self.yaml, self.local_yaml)[self._tabs.currentIndex()]
        editor.find_bar.open()

    def show_parameter(self, name: str) -> None:
        """Move the cursor of the YAML to a parameter."""
        if self._text_side.isHidden():
            self.show_sides("both")
        self._tabs.setCurrentIndex(0)
        found = self.model.text_document.find(QRegularExpression(rf"name:\s*[\"']?{re.escape(name)}\b"))
        if not found.isNull():
            self.yaml.setTextCursor(found)
            self.yaml.centerCursor()
            self.yaml.setFocus()

    def save(
        self,
        done: Callable[[], object] = lambda: None,
        failed: Callable[[Exception], object] = lambda _error: None,
    ) -> None:
        """Write the changed files; see :meth:`ProjectFiles.save`."""
        self.project.save(done, failed)

    def follow_up(self, job: Job, specs: tuple[ParameterSpec, ...] | None) -> None:
        """Let the next job learn from an earlier one, with other ranges if there are any."""
        self._follows = job
        if specs is not None:
            self.model.edit(lambda document: Edit.between(document.text, with_specs(document, specs).text))
        self._show_state()

    def try_one(self) -> None:
        """Check, and run one trial at mid-range; unsaved changes are shown first."""
        self._when_current(partial(self._open_start, try_first=True))

    def start(self) -> None:
        """Check everything that a job needs, and offer to start it; nothing is saved before."""
        self._when_current(self._open_start)

    def run_on_platform(self) -> None:
        """Offer to run the job on the OpenBayes platform; nothing is saved before."""
        self.project.after_edits(self._open_cloud)

    def _open_cloud(self) -> None:
        from bayesdesk.editor.cloud_dialog import CloudDialog

        self._show_message("")
        self.cloud_dialog = CloudDialog(self.window(), self._background, self.project)
        self.cloud_dialog.open()

    def _open_start(self, *, try_first: bool = False) -> None:
        if not self._has_settings:
            self._show_message(_("Fix the errors first."))
            return
        self._show_message("")
        self.start_dialog = StartDialog(
            self.window(),
            self._background,
            self._database,
            self.project,
            Options(history=() if self._follows is None else (self._follows,)),
            try_first=try_first,
        )
        self.start_dialog.started.connect(self.started.emit)
        self.start_dialog.finished.connect(self._ask_trial_seconds)
        self.start_dialog.open()

    # ---- unsaved text of an earlier window

    def _offer_draft(self, draft: Draft) -> None:
        moment = parsed(draft.at).astimezone().strftime("%Y-%m-%d %H:%M")
        self._draft_bar.show_text(_("There are unsaved changes from {moment}.", moment=moment))

    def _restore_drafts(self) -> None:
        self._draft_bar.hide()
        for draft in self.drafts:
            draft.restore()

    def _compare_draft(self) -> None:
        for draft, model in zip(self.drafts, (self.model, self.local), strict=True):
            if draft.waiting is not None:
                DiffDialog(self.window(), _("Unsaved changes"), model.text, draft.waiting.text).open()

    def discard_drafts(self) -> None:
        """Delete the drafts of both files."""
        self._draft_bar.hide()
        for draft in self.drafts:
            draft.discard()
