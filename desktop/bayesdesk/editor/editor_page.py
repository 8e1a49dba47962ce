"""Form and YAML side by side, problems below, and the buttons that start a job."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabBar, QWidget

from bayescore.app.options import Options
from bayescore.config import Edit, ParameterSpec, Problem
from bayescore.i18n import _
from bayescore.results import with_specs
from bayescore.store import Database, Job
from bayescore.times import parsed
from bayesdesk.editor.bindings import BindingsCard
from bayesdesk.editor.draft_keeper import DraftKeeper
from bayesdesk.editor.estimate import EstimateLine
from bayesdesk.editor.file_keeper import FileKeeper
from bayesdesk.editor.form import Form
from bayesdesk.editor.problems_view import ProblemsView
from bayesdesk.editor.run_settings import RunSettings
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

_BEFORE_THE_GAP = 1000  # stretch: the folder gets what it needs first


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
        self._background, self._database = background, database
        self._follows: Job | None = None
        self.start_dialog: StartDialog | None = None
        self._steps: list[TextModel] = []
        self._undone: list[TextModel] = []
        self._estimate = EstimateLine(model, local, machine)
        self.run_settings = RunSettings(model, local, machine, background)
        self.bindings = BindingsCard(model, local, background)
        self.form = Form(model, (self.bindings, self.run_settings), self._estimate)
        self.yaml, self.local_yaml = YamlEditor(model), YamlEditor(local)
        self.problems = ProblemsView(model, local)
        self._state = badge()
        self._said = label("", "problem", wrap=True, selectable=True)
        self._said.setVisible(False)
        self._sides = self._made_sides()
        self._try = button(_("Try one trial"), self.try_one, meaning="try")
        self._start = button(_("Start job…"), self.start, kind="primary", meaning="start")
        self.keepers = [FileKeeper(each, background) for each in (model, local)]
        drafts = Drafts(database.folder.root)
        self.drafts = [DraftKeeper(each, drafts, background) for each in (model, local)]
        self._arrange()
        self._connect()
        commands, project = Commands(database), str(model.file.parent)
        background.run(
            lambda: commands.usual_trial_seconds(project), self._estimate.begin_with, lambda _e: None
        )
        background.run(lambda: project_words(model.file.parent), self._take_words, lambda _e: None)
        self._show_state()

    def _take_words(self, words: dict[str, list[str]]) -> None:
        self.yaml.completer.words = words

    def _connect(self) -> None:
        self.form.problem_chosen.connect(partial(self._go_to, self.model))
        self.problems.chosen.connect(self._go_to)
        for model, editor in ((self.model, self.yaml), (self.local, self.local_yaml)):
            model.changed.connect(self._show_state)
            model.refused.connect(self._say)
            model.text_document.modificationChanged.connect(self._modification_changed)
            model.text_document.undoCommandAdded.connect(self._stepped)
            editor.undo_asked.connect(self.undo)
            editor.redo_asked.connect(self.redo)
        for keeper in self.keepers:
            keeper.said.connect(self._say)
            keeper.settled.connect(self._show_state)
        for draft in self.drafts:
            draft.found.connect(self._offer_draft)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.model.is_changed or self.local.is_changed

    # ---- parts

    def _made_sides(self) -> Segmented:
        made = Segmented([("both", _("Both")), ("form", _("Form")), ("yaml", "YAML")])
        made.chosen.connect(self.show_sides)
        return made

    def _arrange(self) -> None:
        top = QWidget()
        top.setObjectName("bar")
        top.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        undo = button("", self.undo, kind="quiet", meaning="undo", tip=_("Undo"))
        redo = button("", self.redo, kind="quiet", meaning="redo", tip=_("Redo"))
        save = button(_("Save"), self.save, meaning="save")
        cloud = button("", self.run_on_platform, kind="quiet", meaning="cloud", tip=_("Run on OpenBayes…"))
        folder = ElidedLabel(str(self.model.file.parent))
        line = row(
            label(self.model.file.name, "title"),
            folder,
            self._state,
            None,
            undo,
            redo,
            help_mark("files"),
            self._sides,
            save,
            cloud,
            self._try,
        )
        folder.setMaximumWidth(folder.fontMetrics().horizontalAdvance(folder.text()) + 2)
        line.setStretchFactor(folder, _BEFORE_THE_GAP)
        line.addWidget(self._start)
        line.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        self._draft_bar = NoticeBar(
            button(_("Bring them back"), self._bring_back),
            button(_("Compare"), self._compare_draft, kind="link"),
            button(_("Let them go"), self._let_go, kind="link"),
        )
        bars = (self._draft_bar, *(keeper.bar for keeper in self.keepers))
        top.setLayout(column(line, self._said, *bars, spacing=0))
        self._files = QTabBar()
        self._texts = QStackedWidget()
        for editor, model in ((self.yaml, self.model), (self.local_yaml, self.local)):
            self._files.addTab(model.file.name)
            side = QWidget()
            side.setLayout(column(editor.find_bar, editor, spacing=0))
            self._texts.addWidget(side)
        self._files.setDrawBase(False)
        self._files.setExpanding(False)
        self._files.currentChanged.connect(self._texts.setCurrentIndex)
        text_side = QWidget()
        text_side.setObjectName("bar")
        text_side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        text_side.setLayout(column(self._files, self._texts, spacing=0))
        self._text_side = text_side
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._right.addWidget(text_side)
        self._right.addWidget(self.problems)
        self._right.setStretchFactor(0, 4)
        self._right.setStretchFactor(1, 1)
        self._right.setHandleWidth(1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.form)
        splitter.addWidget(self._right)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([720, 330])
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        layout = column(top, splitter, spacing=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.show_sides(str(QSettings().value("editor/sides", "both")))

    def show_sides(self, which: str) -> None:
        """Show both sides, or one."""
        self._sides.choose(which)
        self.form.setVisible(which != "yaml")
        self._text_side.setVisible(which != "form")
        self._right.setVisible(True)
        QSettings().setValue("editor/sides", which)

    def _modification_changed(self, _is_changed: bool) -> None:
        self._show_state()

    def _show_state(self) -> None:
        self._state.setVisible(self.is_changed or self._follows is not None)
        self._state.setText(_("edited") if self.is_changed else _("continues a job"))
        set_tone(self._state, "warning" if self.is_changed else "accent")
        sound = self.model.loaded.config is not None and self.local.loaded.settings is not None
        for each in (self._start, self._try):
            each.setEnabled(sound)
            each.setToolTip("" if sound else _("Mend the errors first"))

    def _go_to(self, model: TextModel, problem: Problem) -> None:
        if self._text_side.isHidden():
            self.show_sides("both")
        self._files.setCurrentIndex(0 if model is self.model else 1)
        (self.yaml if model is self.model else self.local_yaml).go_to(problem)

    def _say(self, message: str) -> None:
        self._said.setProperty("severity", "error")
        self._said.setContentsMargins(theme.PAGE_MARGIN, 0, theme.PAGE_MARGIN, 8)
        self._said.setText(message)
        self._said.setVisible(bool(message))

    # ---- what can be done

    def _stepped(self) -> None:
        """Note which of the two files the newest step was made in."""
        document = self.sender()
        model = self.model if document is self.model.text_document else self.local
        if not model.is_typing_on:
            self._steps.append(model)
        self._undone.clear()

    def undo(self) -> None:
        """Take the last step back, in whichever file and on whichever side it was made."""
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
        """Make the step again that was taken back."""
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
        """Open the find bar of the text in sight."""
        if self._text_side.isHidden():
            self.show_sides("both")
        editor = (self.yaml, self.local_yaml)[self._files.currentIndex()]
        editor.find_bar.open()

    def save(self) -> None:
        """Write what has changed, each file whole or not at all."""
        self._save_then(lambda: None)

    def _save_then(self, done: Callable[[], object]) -> None:
        """Save the files one after the other; ``done`` is called once all of them are written."""
        changed = [keeper for keeper in self.keepers if keeper.model.is_changed]
        if not changed:
            done()
            return
        changed[0].save(lambda: self._save_then(done))

    def follow_up(self, job: Job, specs: tuple[ParameterSpec, ...] | None) -> None:
        """Let the next job learn from an earlier one; with other ranges, as one step that can be undone."""
        self._follows = job
        if specs is not None:
            after = with_specs(self.model.document, specs)
            self.model.apply(Edit.between(self.model.document.text, after.text))
        self._show_state()

    def try_one(self) -> None:
        """Save, check, and run one trial at mid-range in sight."""
        self._save_then(partial(self._open_start, try_first=True))

    def start(self) -> None:
        """Save, check everything that a job needs, and offer to start it."""
        self._save_then(self._open_start)

    def run_on_platform(self) -> None:
        """Save, then offer to run the same job on the OpenBayes platform."""
        self._save_then(self._open_cloud)

    def _open_cloud(self) -> None:
        from bayesdesk.editor.cloud_dialog import CloudDialog

        self._say("")
        self.cloud_dialog = CloudDialog(self.window(), self._background, self.model)
        self.cloud_dialog.open()

    def _open_start(self, *, try_first: bool = False) -> None:
        self._say("")
        self.start_dialog = StartDialog(
            self.window(),
            self._background,
            self._database,
            self.model.file,
            Options(history=() if self._follows is None else (self._follows,)),
            try_first=try_first,
        )
        self.start_dialog.started.connect(self.started.emit)
        self.start_dialog.open()

    # ---- unsaved text of an earlier window

    def _offer_draft(self, draft: Draft) -> None:
        moment = parsed(draft.at).astimezone().strftime("%Y-%m-%d %H:%M")
        self._draft_bar.say(_("Changes of {moment} were never saved.", moment=moment))

    def _bring_back(self) -> None:
        self._draft_bar.hide()
        for draft in self.drafts:
            draft.bring_back()

    def _compare_draft(self) -> None:
        for draft, model in zip(self.drafts, (self.model, self.local), strict=True):
            if draft.waiting is not None:
                DiffDialog(self.window(), _("Unsaved changes"), model.text, draft.waiting.text).open()

    def _let_go(self) -> None:
        self._draft_bar.hide()
        self.forget_drafts()

    def forget_drafts(self) -> None:
        """Let go of what was typed and will not be saved."""
        for draft in self.drafts:
            draft.let_go()
