"""Form and YAML side by side, problems below, and the buttons that start a job."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from bayescore.config import ParameterSpec
from bayescore.engine import Options, Prepared
from bayescore.i18n import _
from bayescore.results import replace_bytes, with_specs
from bayescore.store import Database, Job
from bayesdesk.editor.config_model import ConfigModel
from bayesdesk.editor.form import Form
from bayesdesk.editor.problems_view import ProblemsView
from bayesdesk.editor.yaml_editor import YamlEditor
from bayesdesk.services.background import Background
from bayesdesk.services.commands import Commands
from bayesdesk.ui import theme
from bayesdesk.ui.widgets import Segmented, badge, button, column, label, row, set_tone


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
        model.text_document.modificationChanged.connect(lambda _changed: self._show_state())
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
        top.setLayout(column(line, self._said, spacing=0))
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
        file, content = self.model.file, self.model.content()
        self._background.run(
            lambda: replace_bytes(file, content), lambda _none: self.model.saved(), self._failed
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
        file, content = self.model.file, self.model.content()
        options = Options(midpoint=midpoint, history=self._history)

        def work() -> tuple[Prepared, str | None]:
            replace_bytes(file, content)
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
        self._say(str(error))
