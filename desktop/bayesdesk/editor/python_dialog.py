"""The list of Python interpreters for a project's trials."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from bayescore.i18n import _, n_
from bayescore.pythons import Candidate, Survey
from bayesdesk.models.interpreters import imports_line, marks, origin, spoken, title, unlisted
from bayesdesk.services.background import Background
from bayesdesk.services.interpreter_search import InterpreterSearch
from bayesdesk.ui import theme
from bayesdesk.ui.dialog import Dialog
from bayesdesk.ui.elided import MIDDLE, ElidedText
from bayesdesk.ui.findings import command_card
from bayesdesk.ui.fitting import fit_to_screen
from bayesdesk.ui.widgets import Card, badge, busy_bar, button, clear, column, label, row

_CANDIDATE = Qt.ItemDataRole.UserRole
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole


class PythonDialog(Dialog):
    """Finds interpreters when it opens; each with its version, what it has, and what the program lacks."""

    chosen = Signal(str)  # what "python" in the settings becomes; empty for the default

    def __init__(
        self, parent: QWidget, background: Background, project: Path, command: str, current: str
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Python for the trials"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fit_to_screen(self, theme.px(720), theme.px(520))
        self._project, self._current = project, current
        self._survey: Survey | None = None
        self._imports = ElidedText("", "secondary")
        self._unlisted = ElidedText("", "problem", mode=MIDDLE)
        self._unlisted.setProperty("severity", "warning")
        self._unlisted.setVisible(False)
        self._busy = busy_bar(self.windowTitle())
        self.list = _Interpreters()
        self.list.setObjectName("interpreters")
        self.list.setAccessibleName(_("Interpreters"))
        self.list.setSpacing(1)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._show_current)
        self.list.itemActivated.connect(self._use)
        self._remedy = column()
        self.use = button(_("Use this Python"), self._use, kind="primary")
        self.use.setEnabled(False)
        self._arrange()
        self._show_progress(0)
        self._search = InterpreterSearch(background, project, command, current)
        self._search.progressed.connect(self._show_progress)
        self._search.found.connect(self._show)
        self._search.failed.connect(self._fail)

    def _arrange(self) -> None:
        card = Card()
        card.body.addWidget(self.list)
        card.body.setContentsMargins(1, 1, 1, 1)
        from_file = button(_("Choose a file…"), self.choose_file, meaning="folder")
        layout = column(
            label(self.windowTitle(), "title"),
            self._imports,
            self._unlisted,
            self._busy,
            card,
            self._remedy,
            row(from_file, None, button(_("Cancel"), self.reject), self.use),
            spacing=10,
        )
        layout.setStretchFactor(card, 1)
        layout.setContentsMargins(theme.PAGE_MARGIN, 16, theme.PAGE_MARGIN, 16)
        self.setLayout(layout)
        self._give_enter_to_use()

    def _give_enter_to_use(self) -> None:
        """Let Enter press no other button, also while this one is disabled."""
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(each is self.use)
        self.use.setDefault(True)

    # ---- showing

    def _show_progress(self, count: int) -> None:
        words = n_("Looking: {count} interpreter so far", "Looking: {count} interpreters so far", count)
        self._imports.setText(words)

    def _fail(self, error: Exception) -> None:
        self._busy.setVisible(False)
        self._imports.setText(str(error))

    def _show(self, survey: Survey) -> None:
        self._survey = survey
        self._busy.setVisible(False)
        self._imports.setText(imports_line(survey))
        for candidate in survey.candidates:
            item = QListWidgetItem()
            item.setData(_CANDIDATE, candidate)
            item.setData(_SPOKEN, spoken(candidate, survey))
            self.list.addItem(item)
            line = _line(candidate, survey)
            item.setSizeHint(QSize(0, line.sizeHint().height()))
            self.list.setItemWidget(item, line)
        chosen = self._in_use(survey) if self._current else survey.best
        if chosen is not None:
            self.list.setCurrentRow(survey.candidates.index(chosen))
        else:
            self._show_unlisted()
        self.list.setFocus()

    def _in_use(self, survey: Survey) -> Candidate | None:
        """The interpreter that the settings name, which may have more than one name."""
        found = self._search.current
        return survey.written_as(self._current) or (survey.with_path(found.path) if found else None)

    def _show_unlisted(self) -> None:
        if self._current:
            self._unlisted.setText(unlisted(self._current, is_there=self._search.current is not None))
            self._unlisted.setVisible(True)

    def _show_current(self) -> None:
        clear(self._remedy)
        candidate = self.candidate
        self.use.setEnabled(candidate is not None)
        if candidate is not None and candidate.lacking and self._survey is not None:
            self._remedy.addWidget(label(_("Install what it lacks:"), "caption"))
            command = self._survey.install_command(candidate)
            self._remedy.addWidget(command_card(command, in_one_line=True))
            self._give_enter_to_use()

    @property
    def candidate(self) -> Candidate | None:
        """The current interpreter of the list."""
        item = self.list.currentItem()
        found = item.data(_CANDIDATE) if item is not None else None
        return found if isinstance(found, Candidate) else None

    # ---- actions

    def _use(self) -> None:
        if (candidate := self.candidate) is not None:
            self.chosen.emit("" if candidate.is_default else candidate.written)
            self.accept()

    def choose_file(self) -> None:
        """Ask for the file of an interpreter."""
        name, _filter = QFileDialog.getOpenFileName(self, _("Python interpreter"), str(self._project))
        if name:
            path = Path(name)
            is_inside = path.is_relative_to(self._project)
            self.chosen.emit(path.relative_to(self._project).as_posix() if is_inside else name)
            self.accept()

    def done(self, result: int) -> None:
        """Close, and stop looking."""
        self._search.stop()
        super().done(result)


class _Interpreters(QListWidget):
    """A list whose current row stays visible when what is below it takes room."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (item := self.currentItem()) is not None:
            self.scrollToItem(item)


def _line(candidate: Candidate, survey: Survey) -> QWidget:
    """An interpreter in the list: its name and badges, and its path below."""
    made = QWidget()
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # the list gets the clicks
    heading = row(
        ElidedText(title(candidate), "heading", mode=MIDDLE, least_px=theme.px(90)),
        ElidedText(origin(candidate), "caption", least_px=theme.px(60)),
        None,
        *(badge(mark.text, mark.tone) for mark in marks(candidate, survey)),
        spacing=theme.px(8),
    )
    path = ElidedText(str(candidate.interpreter.path), "caption", mode=MIDDLE)
    layout = column(heading, path, spacing=theme.px(3))
    layout.setContentsMargins(*map(theme.px, (10, 7, 10, 7)))
    made.setLayout(layout)
    return made
