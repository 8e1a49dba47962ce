"""Form and YAML side by side, problems below, and the buttons that start a job."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QFileSystemWatcher, QSettings, Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from bayescore.config import ParameterSpec
from bayescore.config.load import read_utf8
from bayescore.engine import Options, Prepared
from bayescore.i18n import _
from bayescore.results import with_specs
from bayescore.store import Database, Job
from bayesdesk.editor.config_model import ConfigModel
from bayesdesk.editor.form import Form
from bayesdesk.editor.problems_view import ProblemsView
from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.services.files import FileChangedError, write_unless_changed
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Card, Segmented, badge, button, column, label, row, set_tone


class EditorPage(QWidget):
    """Edits one file and starts jobs from it."""

    started = Signal(str)

    def __init__(self, model: ConfigModel, background: Background, database: Database) -> None:
        super().__init__()
        self.setObjectName("page")
        self.model = model
        self._background = background
        self._commands = Commands(database)
        self._history: tuple[str, ...] = ()
        self.form = Form(model)
        self.yaml = YamlEditor(model)
        self.problems = ProblemsView(model)
        self._state = badge()
        self._said = label("", "problem", wrap=True, selectable=True)
        self._said.setVisible(False)
        self._sides = self._made_sides()
        self._try = button(_("Try one trial"), lambda: self.start(midpoint=True), meaning="try")
        self._start = button(_("Start job"), self.start, kind="primary", meaning="start")
        self._arrange()
        self.form.problem_chosen.connect(self._go_to)
        self.problems.chosen.connect(self._go_to)
        model.changed.connect(self._show_state)
        model.refused.connect(self._say)
        model.text_document.modificationChanged.connect(self._modification_changed)
        self._watcher = QFileSystemWatcher([str(model.file), str(model.file.parent)], self)
        self._watcher.fileChanged.connect(lambda _path: self._look_at_file())
        self._watcher.directoryChanged.connect(lambda _path: self._look_at_file())
        self._show_state()

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self.model.is_changed

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
        folder = label(str(self.model.file.parent), "secondary")
        line = row(
            label(self.model.file.name, "title"),
            folder,
            self._state,
            None,
            undo,
            redo,
            self._sides,
            save,
            self._try,
        )
        line.addWidget(self._start)
        line.setContentsMargins(theme.PAGE_MARGIN, 11, theme.PAGE_MARGIN, 11)
        self._changed_bar = self._made_changed_bar()
        top.setLayout(column(line, self._said, self._changed_bar, spacing=0))
        self._right = QSplitter(Qt.Orientation.Vertical)
        self._right.addWidget(self.yaml)
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
        self.yaml.setVisible(which != "form")
        self._right.setVisible(True)
        QSettings().setValue("editor/sides", which)

    def _modification_changed(self, _is_changed: bool) -> None:
        self._show_state()

    def _show_state(self) -> None:
        self._state.setVisible(self.model.is_changed or bool(self._history))
        self._state.setText(_("edited") if self.model.is_changed else _("continues a job"))
        set_tone(self._state, "warning" if self.model.is_changed else "accent")
        sound = self.model.loaded.config is not None
        for each in (self._start, self._try):
            each.setEnabled(sound)
            each.setToolTip("" if sound else _("Mend the errors first"))

    def _go_to(self, problem: object) -> None:
        if self.yaml.isHidden():
            self.show_sides("both")
        self.yaml.go_to(problem)  # type: ignore[arg-type]

    def _say(self, message: str) -> None:
        self._said.setProperty("severity", "error")
        self._said.setContentsMargins(theme.PAGE_MARGIN, 0, theme.PAGE_MARGIN, 8)
        self._said.setText(message)
        self._said.setVisible(bool(message))

    # ---- what can be done

    def undo(self) -> None:
        """Take the last step back, whichever side it was made on."""
        self.yaml.undo()

    def redo(self) -> None:
        """Make the step again that was taken back."""
        self.yaml.redo()

    def save(self) -> None:
        """Write the file, whole or not at all."""
        file, content, expected = self.model.file, self.model.content(), self.model.on_disk
        self._background.run(
            lambda: write_unless_changed(file, content, expected),
            lambda _none: self.model.saved(),
            self._failed,
        )

    def follow_up(self, job: Job, specs: tuple[ParameterSpec, ...] | None) -> None:
        """Let the next job learn from an earlier one; with other ranges, as one step that can be undone."""
        self._history = (*job.wish.history, job.id)
        if specs is not None:
            from bayescore.config import Edit

            after = with_specs(self.model.document, specs)
            self.model.apply(Edit.between(self.model.document.text, after.text))
        self._show_state()

    def start(self, *, midpoint: bool = False) -> None:
        """Save, check everything that a job needs, start it."""
        self._say("")
        self._start.setEnabled(False)
        file, content, expected = self.model.file, self.model.content(), self.model.on_disk
        options = Options(midpoint=midpoint, history=self._history)

        def work() -> tuple[Prepared, str | None]:
            write_unless_changed(file, content, expected)
            prepared = self._commands.prepare(file, options)
            return prepared, self._commands.start(prepared) if prepared.wish is not None else None

        self._background.run(work, self._has_started, self._failed)

    def _has_started(self, outcome: tuple[Prepared, str | None]) -> None:
        prepared, job = outcome
        self.model.saved()
        if job is None:
            self._say("\n".join(str(p.message) for p in prepared.problems if p.severity == "error"))
            return
        self.started.emit(job)

    def _failed(self, error: Exception) -> None:
        self._show_state()
        if isinstance(error, FileChangedError):
            self._ask_which(error)
        else:
            self._say(str(error))

    # ---- the file changed by others

    def _made_changed_bar(self) -> QWidget:
        made = Card()
        self._changed_words = label("", wrap=True)
        self._reload = button(_("Reload"), lambda: self._settle(self.model.reload))
        self._keep = button(_("Keep mine"), lambda: self._settle(self.model.keep_mine))
        line = row(self._changed_words, self._reload, self._keep)
        line.setStretch(0, 1)
        line.setContentsMargins(13, 6, 13, 6)
        made.body.addLayout(line)
        made.setVisible(False)
        return made

    def _look_at_file(self) -> None:
        """Read the file again: another program may have written it."""
        file = self.model.file
        if str(file) not in self._watcher.files():  # it was replaced, which ends the watch over it
            self._watcher.addPath(str(file))
        self._background.run(lambda: read_utf8(file), self._compare, lambda _error: None)

    def _compare(self, content: bytes) -> None:
        if content in (self.model.on_disk, self.model.content()):
            return
        if self.model.is_changed:
            self._ask_which(FileChangedError(self.model.file))
        else:
            self.model.reload(content)

    def _ask_which(self, error: FileChangedError) -> None:
        self._changed_words.setText(str(error.message))
        self._changed_bar.setVisible(True)

    def _settle(self, decide: Callable[[bytes], None]) -> None:
        """Bring about a decision, on what the file holds by now."""
        file = self.model.file

        def settle(content: bytes) -> None:
            decide(content)
            self._changed_bar.setVisible(False)
            self._show_state()

        self._background.run(lambda: read_utf8(file), settle, self._failed)
